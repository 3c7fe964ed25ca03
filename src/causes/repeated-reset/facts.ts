import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender reset the same connection again, because the receiver went on',
    '接收方还在发送，发送方对同一连接再次发出 RST',
  ),
  summary: text(
    'The connection had been reset before. Either that reset was lost and the receiver learnt ' +
      'nothing, or segments were still on their way; each one that meets the closed connection ' +
      'draws another reset. The first reset holds the cause.',
    '这条连接此前已被复位。要么那个 RST 丢了，接收方毫不知情；要么还有报文段在途。每个撞上已关' +
      '闭连接的报文段都会再换来一个 RST。原因要到第一个 RST 里找。',
  ),
  origin: 'endpoint',
  benign: true,
  frequency: 4,
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: ['RFC 9293 §3.5.2', 'RFC 9293 §3.10.7.1', 'tcp_v4_rcv (no_tcp_socket)'],
  claims: ['A3', 'B5'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Look at the first reset of this connection: its cause is the one to repair.',
      '看这条连接的第一个 RST：要修的是它的原因。',
    ),
    text(
      "If the receiver's application goes on writing, let it stop at ECONNRESET or EPIPE: " +
        'close the socket at the first error, and listen for errors on write as well as on read.',
      '如果是接收方应用还在写，让它在 ECONNRESET 或 EPIPE 时停下：第一次出错就关闭套接字，写和' +
        '读的错误都要处理。',
    ),
    text(
      'If first resets are lost often, look for loss or a filter that drops RST segments (rate ' +
        'limits on RST, `ct state invalid drop`).',
      '如果第一个 RST 经常丢失，查丢包，或丢弃 RST 的过滤规则（RST 限速、`ct state invalid ' +
        'drop`）。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w r.pcap 'tcp port {port}'` on {receiverHost}: if the first " +
      'reset never arrives there, it was lost; if it arrives, the later segments were already on ' +
      'their way.',
    "在 {receiverHost} 上执行 `tcpdump -i any -s 256 -w r.pcap 'tcp port {port}'`：第一个 RST " +
      '没到，就是丢了；到了，则后续报文段当时已在途中。',
  ),
};
