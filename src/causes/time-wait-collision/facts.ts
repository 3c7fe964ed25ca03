import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "A new connection met the receiver's TIME_WAIT of an old one on the same ports",
    '新连接撞上了对端在同一对端口上的 TIME_WAIT',
  ),
  summary: text(
    'The sender reused a four-tuple that the receiver still held in TIME_WAIT, with a SYN that ' +
      'did not look newer than the old connection. The receiver repeated its last ACK, the ' +
      'sender reset it, and then its next SYN connected.',
    '发送方复用了对端仍处于 TIME_WAIT 的四元组，而 SYN 看上去并不比旧连接新。对端重发最后一个 ' +
      'ACK，发送方以 RST 回应，随后重发的 SYN 才连上。',
  ),
  origin: 'endpoint',
  refines: 'handshake-ack-unacceptable',
  benign: false,
  frequency: 2,
  linuxReasons: ['TCP_INVALID_ACK_SEQUENCE'],
  sources: [
    'RFC 9293 §3.6.1',
    'RFC 6191',
    'RFC 1337',
    'tcp_timewait_state_process',
    'tcp_rcv_synsent_state_process',
  ],
  claims: ['A18', 'B6'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Keep `net.ipv4.tcp_timestamps=1` on both hosts and through every NAT: a newer timestamp ' +
        'lets TIME_WAIT give way to the SYN at once.',
      '两端以及沿途 NAT 都保持 `net.ipv4.tcp_timestamps=1`：时间戳更新的 SYN 能让 TIME_WAIT 立' +
        '即让位。',
    ),
    text(
      'Keep `net.ipv4.tcp_rfc1337=0` on the receiver: with 1 it ignores the reset, and ' +
        'connect() fails again and again until TIME_WAIT ends after 60 s.',
      '对端保持 `net.ipv4.tcp_rfc1337=0`：设为 1 时它不理会这个 RST，connect() 会反复受阻，直到' +
        ' 60 s 的 TIME_WAIT 结束。',
    ),
    text(
      'Come back to the same port later: `net.ipv4.ip_local_port_range=10240 65535`, no fixed ' +
        'source port (bind() before connect()), more SNAT addresses, longer-lived connections.',
      '让同一端口晚些再被用到：`net.ipv4.ip_local_port_range=10240 65535`，不固定源端口（' +
        'connect() 前不要 bind()），增加 SNAT 地址，多用长连接。',
    ),
  ],
  settle: text(
    "Run `ss -tan state time-wait 'sport = :{port}'` on {receiverHost} just before: a line " +
      "with the sender's address and port proves it.",
    "在事发前于 {receiverHost} 上执行 `ss -tan state time-wait 'sport = :{port}'`：其中有发送方" +
      '的地址和端口，即为实证。',
  ),
};
