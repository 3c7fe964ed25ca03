import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text('Nobody answered the SYN', 'SYN 始终无人应答'),
  summary: text(
    'The client sent its SYN, again and again, and neither a SYN,ACK nor a reset nor an ICMP error came. A firewall drops it, the host is down or elsewhere, or the server drops SYNs because its accept queue is full.',
    '客户端一再发送 SYN，既没有 SYN,ACK，也没有 RST 或 ICMP 错误。可能是防火墙丢弃、主机不在线或地址不对，也可能是服务端全连接队列已满而丢弃 SYN。',
  ),
  origin: 'unknown',
  benign: false,
  frequency: 5,
  linuxReasons: [],
  sources: [
    'RFC 9293 §3.8.3 (R2 for SYN), RFC 6298 §2',
    'Linux tcp_syn_retries, tcp_conn_request()',
  ],
  claims: ['A1', 'A19', 'A25'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'ETIMEDOUT', write: 'EPIPE' },
  advice: [
    text(
      'Check the way in: security group, NetworkPolicy, `nft list ruleset | grep drop`, the right address and port; then `nc -vz HOST PORT` from the client and from the server itself.',
      '检查入口：安全组、NetworkPolicy、`nft list ruleset | grep drop`、地址与端口是否正确；再分别从客户端和服务器本机执行 `nc -vz HOST PORT`。',
    ),
    text(
      'If `nstat -az TcpExtListenOverflows TcpExtListenDrops` rises on the server: raise the backlog and its cap together (`net.core.somaxconn=4096`, nginx `listen 80 backlog=4096`, Node `server.listen({ port, backlog: 4096 })`) and accept faster.',
      '若服务端的 `nstat -az TcpExtListenOverflows TcpExtListenDrops` 在涨：同时调大 backlog 与上限（`net.core.somaxconn=4096`，nginx `listen 80 backlog=4096`，Node `server.listen({ port, backlog: 4096 })`），并加快 accept。',
    ),
    text(
      "Give the client a connect timeout that you choose (3 to 10 s) in place of the kernel's two minutes (`net.ipv4.tcp_syn_retries` 6: about 127 s).",
      '给客户端显式设连接超时（3 到 10 s），不要等内核的两分钟（`net.ipv4.tcp_syn_retries` 为 6，约 127 s）。',
    ),
  ],
  settle: text(
    "On {senderHost}: `tcpdump -i any -s 128 -w syn.pcap 'tcp port {port} and tcp[tcpflags] & tcp-syn != 0'`; if the SYN arrives there, look at `nstat -az TcpExtListenOverflows` and the firewall; if not, on the way.",
    "在 {senderHost} 上执行 `tcpdump -i any -s 128 -w syn.pcap 'tcp port {port} and tcp[tcpflags] & tcp-syn != 0'`；SYN 到了那里，就看 `nstat -az TcpExtListenOverflows` 和防火墙；没到，就查途中。",
  ),
};
