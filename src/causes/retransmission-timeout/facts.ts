import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'One end retransmitted without an answer until it gave up',
    '一端不断重传而得不到应答，最终放弃',
  ),
  summary: text(
    "Data stayed unacknowledged through all retransmissions (tcp_retries2), the sender's " +
      'application got ETIMEDOUT and the connection was forgotten without a word. When the ' +
      "receiver's next segment came through after all, it was reset.",
    '数据重传到 tcp_retries2 上限仍未被确认，发送方应用得到 ETIMEDOUT，连接被无声地丢弃。后来接' +
      '收方的报文段终于到达，便换来 RST。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  // None at the time-out itself: these answer the next segment of the receiver.
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: [
    'RFC 9293 §3.8.3',
    'RFC 1122 §4.2.3.5',
    'RFC 6298',
    'tcp_write_timeout',
    'tcp_write_err',
  ],
  claims: ['A17', 'B5'],
  senderApp: { read: 'ETIMEDOUT', write: 'EPIPE' },
  advice: [
    text(
      'Find where the segments vanish with captures on both hosts: if only large ones do, it ' +
        'is an MTU black hole (`net.ipv4.tcp_mtu_probing=1`, or clamp the MSS: nft `tcp option ' +
        'maxseg size set rt mtu`).',
      '两端同时抓包，找出报文丢在哪里：若只丢大包，就是 MTU 黑洞（' +
        '`net.ipv4.tcp_mtu_probing=1`，或钳制 MSS：nft `tcp option maxseg size set rt mtu`）。',
    ),
    text(
      'Check stateful devices that drop in silence: an expired NAT or firewall entry, an ' +
        'asymmetric route, a full conntrack table (`net.netfilter.nf_conntrack_max`).',
      '检查会静默丢包的有状态设备：NAT 或防火墙表项过期、非对称路由、conntrack 表满（' +
        '`net.netfilter.nf_conntrack_max`）。',
    ),
    text(
      'Give up when the application wants to: TCP_USER_TIMEOUT 30000, or ' +
        '`net.ipv4.tcp_retries2=8` (about 100 s) in place of 15 (at least 924 s), and retry on a ' +
        'new connection.',
      '由应用决定何时放弃：TCP_USER_TIMEOUT 设 30000，或把 `net.ipv4.tcp_retries2` 从 15（至少 ' +
        '924 s）改为 8（约 100 s），然后换新连接重试。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {receiverHost} at the same " +
      'time: retransmissions missing there prove loss on the way out, ACKs sent and not seen by ' +
      'the sender loss on the way back.',
    "同时在 {receiverHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`：看不到重" +
      '传，是去程丢包；发了 ACK 而发送方没收到，是回程丢包。',
  ),
};
