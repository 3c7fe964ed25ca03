import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A listening port received a segment of a connection it does not know',
    '监听端口收到了一个它不认识的连接的报文段',
  ),
  summary: text(
    'A segment with ACK came to a port where a server listens, but for a connection that this host does not have: forgotten, moved here by a balancer, or never made. The listener answers it with a reset.',
    '一个带 ACK 的报文段到了有服务在监听的端口，但它所属的连接在本机并不存在：可能已被遗忘、被负载均衡改投到这里，或从未建立过。监听方以 RST 应答。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  linuxReasons: ['TCP_FLAGS'],
  sources: [
    'RFC 9293 §3.10.7.2 (second: check for an ACK)',
    'Linux tcp_rcv_state_process(), TCP_LISTEN',
  ],
  claims: ['A3', 'A7', 'A15'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Keep flows on one backend: consistent hashing on the balancer (IPVS `--scheduler mh`, Maglev), connection draining, and no ECMP rehash in the middle of a connection.',
      '让同一条流始终落在同一后端：负载均衡用一致性哈希（IPVS `mh` 调度、Maglev），开启连接排空，避免 ECMP 中途重新散列。',
    ),
    text(
      'After a restart of the server let clients find dead connections before they need them: `SO_KEEPALIVE` with `TCP_KEEPIDLE` 60, and retry on a fresh connection.',
      '服务端重启后，让客户端尽早发现死连接：`SO_KEEPALIVE` 配 `TCP_KEEPIDLE` 60，并在新连接上重试。',
    ),
  ],
  settle: text(
    "On {senderHost}: `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` from before the connection starts; if its SYN never arrived there, another host had the connection.",
    "在 {senderHost} 上从连接建立之前就开始 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`；若那里从未收到它的 SYN，说明连接原本在另一台主机上。",
  ),
};
