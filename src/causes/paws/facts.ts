import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The client rejected a SYN,ACK whose timestamp echo it had never sent',
    '客户端拒绝了时间戳回显对不上的 SYN,ACK',
  ),
  summary: text(
    "The SYN,ACK echoed a timestamp outside of what this connection's SYN had sent, so it belonged to an older attempt or was rewritten on the way. The client reset it from SYN-SENT and the handshake normally succeeds at the next try.",
    'SYN,ACK 回显的时间戳不是这次连接的 SYN 发出过的，说明它属于更早的一次尝试，或在途中被改写。客户端在 SYN-SENT 状态下将其重置，下一次重试通常就能握手成功。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_RFC7323_PAWS'],
  sources: ['RFC 7323 §3.2, §5', 'Linux tcp_rcv_synsent_state_process()', 'RFC 9293 §3.10.7.3'],
  claims: [],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Look for a device that rewrites timestamps, a SYN proxy, NAT or balancer that mixes the timestamps of two clients, and switch its TCP normalisation off.',
      '检查途中改写时间戳的设备：SYN 代理、NAT、或把两个客户端的时间戳混在一起的负载均衡，关闭它的 TCP 规范化。',
    ),
    text(
      'Keep `net.ipv4.tcp_timestamps=1` (the default: random offset for each connection) on clients behind one NAT; a fixed offset (2) does not help here.',
      'NAT 后面的客户端保持 `net.ipv4.tcp_timestamps=1`（默认值，每个连接随机偏移）；设成 2（无随机偏移）无济于事。',
    ),
  ],
  settle: text(
    "Capture on both ends: `tcpdump -i any -s 256 -w {port}.pcap 'tcp port {port}'`, and compare the TSecr of the SYN,ACK as sent by {receiverHost} with the TSval of the SYN as sent by {senderHost}.",
    "两端同时抓包：`tcpdump -i any -s 256 -w {port}.pcap 'tcp port {port}'`，比较 {receiverHost} 发出的 SYN,ACK 的 TSecr 与 {senderHost} 发出的 SYN 的 TSval。",
  ),
};
