import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender kept no TIME_WAIT, so the receiver's FIN met a closed connection",
    '发送方没有保留 TIME_WAIT，接收方的 FIN 撞上了已关闭的连接',
  ),
  summary: text(
    'Both sides had finished. The last ACK was lost, or never sent, and the side that should ' +
      "have waited in TIME_WAIT had already forgotten the connection: the receiver's FIN drew a " +
      'reset. All data had been delivered.',
    '双方都已收尾。最后一个 ACK 丢失或根本没发，本应停留在 TIME_WAIT 的一方却已忘掉连接，于是对' +
      '端的 FIN 换来 RST。数据此前已全部送达。',
  ),
  origin: 'endpoint',
  benign: true,
  frequency: 1,
  // TCP_FLAGS where a listener is on the port.
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: ['RFC 9293 §3.6', 'RFC 9293 §3.10.7.1', 'tcp_time_wait', 'tcp_v4_rcv (no_tcp_socket)'],
  claims: ['A13'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  advice: [
    text(
      'Raise `net.ipv4.tcp_max_tw_buckets` on the sender (never 0): `dmesg` says `time wait ' +
        'bucket table overflow` and TcpExtTCPTimeWaitOverflow counts when it is too low.',
      '在发送方调大 `net.ipv4.tcp_max_tw_buckets`（绝不能为 0）：太小时 `dmesg` 出现 `time ' +
        'wait bucket table overflow`，TcpExtTCPTimeWaitOverflow 会增长。',
    ),
    text(
      "Leave TIME_WAIT in place: shorten it neither by SO_LINGER 0 nor by a balancer's " +
        'fast-recycle profile; a TIME_WAIT entry costs a few hundred bytes.',
      '保留 TIME_WAIT：不要用 SO_LINGER 0，也不要用负载均衡的快速回收配置去缩短它；一个 ' +
        'TIME_WAIT 表项不过几百字节。',
    ),
    text(
      "In the application that was reset, treat ECONNRESET after the peer's FIN and after the " +
        'last acknowledged byte as an ordinary end.',
      '被复位的应用：如果已收到对端 FIN 且自己的数据都已被确认，就把 ECONNRESET 当作正常结束。',
    ),
  ],
  settle: text(
    'Run `sysctl net.ipv4.tcp_max_tw_buckets; nstat -az TcpExtTCPTimeWaitOverflow` on ' +
      '{senderHost}: 0, or a counter that grows with such resets, proves it.',
    '在 {senderHost} 上执行 `sysctl net.ipv4.tcp_max_tw_buckets; nstat -az ' +
      'TcpExtTCPTimeWaitOverflow`：值为 0，或计数随这类 RST 增长，即为实证。',
  ),
};
