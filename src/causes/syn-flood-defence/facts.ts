import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A SYN-flood defence reset a handshake that was not completed in time',
    'SYN 洪水防护复位了一个未按时完成的握手',
  ),
  summary: text(
    'A half-open connection outlived the time that a firewall or a hardened stack allows it, ' +
      'and was ended with a reset to the client. Linux itself never does this: it drops ' +
      'half-open entries in silence.',
    '半连接超过了防火墙或加固过的协议栈允许的时间，被用 RST 清除并通知客户端。Linux 自身从不这' +
      '样做：它丢弃半连接时一声不响。',
  ),
  origin: 'unknown',
  benign: false,
  frequency: 1,
  linuxReasons: [],
  sources: ['RFC 4987 §3', 'RFC 9293 §3.10.8', 'reqsk_timer_handler'],
  claims: ['A24'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Absorb floods with SYN cookies in place of a reset timer: `net.ipv4.tcp_syncookies=1`, ' +
        '`net.ipv4.tcp_max_syn_backlog=4096`, `net.core.somaxconn=4096`.',
      '用 SYN cookie 而不是复位定时器抵御洪水：`net.ipv4.tcp_syncookies=1`、' +
        '`net.ipv4.tcp_max_syn_backlog=4096`、`net.core.somaxconn=4096`。',
    ),
    text(
      'In the firewall in front, raise the embryonic time-out (Cisco ASA `set connection timeout ' +
        'embryonic 0:1:0`), or let it complete the handshake itself (SYN cookies, nftables ' +
        '`synproxy`).',
      '在前置防火墙上放宽半连接超时（Cisco ASA `set connection timeout embryonic 0:1:0`），' +
        '或由它代为完成握手（SYN cookie、nftables `synproxy`）。',
    ),
    text(
      'Find out why an honest client was so slow: its third segment was lost or took another ' +
        'route.',
      '查清正常客户端为何这么慢：第三次握手的 ACK 丢了，还是走了另一条路。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {senderHost}: a reset that " +
      'never leaves that host proves that a device in front of it sent it.',
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`：若 RST 不是从" +
      '这台主机发出，就证明是前面的设备所为。',
  ),
};
