import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A reset with a sequence number that the receiver does not accept: the connection went on',
    'RST 的序列号不被接受，连接照常继续',
  ),
  summary: text(
    "The receiver's TCP accepts a reset only at exactly the number it expects next. This one " +
      'missed: outside the window it is ignored, inside it draws a challenge ACK. No application ' +
      'noticed.',
    '接收方的 TCP 只接受序列号恰好等于期望值的 RST。这个没有对上：落在窗口外被忽略，落在窗口内' +
      '只换来一个 Challenge ACK。应用毫无察觉。',
  ),
  origin: 'unknown',
  benign: true,
  frequency: 2,
  linuxReasons: [],
  sources: [
    'RFC 5961 §3.2',
    'RFC 9293 §3.10.7.4',
    'tcp_validate_incoming',
    'tcp_send_challenge_ack',
  ],
  claims: ['B3'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Change nothing for the connection's sake: it lived on.",
      '就这条连接而言不必改动：它没有受影响。',
    ),
    text(
      "If something of yours meant to end the connection (a firewall's reject, tcpkill, a " +
        'plug-in), it must use the SEQ that the receiver expects; update it, since its clients ' +
        'now hang until they time out.',
      '如果是你自己的组件想断开连接（防火墙 reject、tcpkill、网络插件），它必须使用接收方期望的' +
        ' SEQ；请升级它，否则客户端会一直挂到超时。',
    ),
    text(
      'If they keep coming from nowhere, somebody may be guessing: compare TTL and IP ID with ' +
        "the host's other packets, filter spoofed sources (uRPF, " +
        '`net.ipv4.conf.all.rp_filter=1`).',
      '如果来历不明、接连不断，可能有人在猜序列号：把 TTL、IP ID 与该主机的其他包比对，并过滤伪' +
        '造源地址（uRPF、`net.ipv4.conf.all.rp_filter=1`）。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {senderHost} with `nstat -az " +
      'TcpExtTCPChallengeACK` on {receiverHost}: a reset that never left that host was forged on ' +
      'the way.',
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`，并在 " +
      '{receiverHost} 上看 `nstat -az TcpExtTCPChallengeACK`：这个 RST 若不是从 {senderHost} 发' +
      '出，就是途中伪造的。',
  ),
};
