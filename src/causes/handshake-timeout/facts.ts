import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The server had given up a handshake that the client believed complete',
    '客户端以为握手已完成，服务端却早已放弃',
  ),
  summary: text(
    "The client's last ACK of the handshake never took effect, the server repeated its SYN,ACK " +
      "tcp_synack_retries times and dropped the half-open entry without a word. The client's " +
      'next segment met nothing and was reset.',
    '握手的最后一个 ACK 没有生效，服务端把 SYN,ACK 重传 tcp_synack_retries 次后默默丢弃半连接。' +
      '客户端之后发来的报文段找不到连接，被 RST 拒绝。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  // TCP_FLAGS from the listener; NO_SOCKET where the listener is gone.
  linuxReasons: ['TCP_FLAGS', 'NO_SOCKET'],
  sources: [
    'RFC 9293 §3.10.7.2',
    'RFC 6298 §5',
    'reqsk_timer_handler',
    'tcp_rcv_state_process (TCP_LISTEN)',
  ],
  claims: ['A17', 'A19'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Look for a full accept queue first: `ss -ltn` with Recv-Q at its limit Send-Q, `nstat ' +
        '-az TcpExtListenOverflows`; raise `net.core.somaxconn` and the backlog given to ' +
        'listen(), and accept faster.',
      '先查全连接队列是否已满：`ss -ltn` 中 Recv-Q 顶到 Send-Q，`nstat -az ' +
        'TcpExtListenOverflows` 增长；调大 `net.core.somaxconn` 和 listen() 的 backlog，并加快 ' +
        'accept。',
    ),
    text(
      'Find the device that lets SYN and SYN,ACK pass and loses the bare ACK: a firewall, an ' +
        'asymmetric route, a DDoS filter.',
      '找出放行 SYN 和 SYN,ACK 却丢掉纯 ACK 的设备：防火墙、非对称路由、DDoS 清洗。',
    ),
    text(
      'With TCP_DEFER_ACCEPT (nginx `listen … deferred`, Apache `AcceptFilter`) send the first ' +
        'request at once or switch it off: a client that stays silent is never accepted.',
      '启用了 TCP_DEFER_ACCEPT（nginx `listen … deferred`、Apache `AcceptFilter`）时，客户端要' +
        '立即发第一个请求，否则关掉它：一直不说话的客户端永远不会被 accept。',
    ),
    text(
      'Give slow paths longer: `net.ipv4.tcp_synack_retries=5` holds an entry for 63 s, each ' +
        'further retry doubles it.',
      '链路慢就多等一会儿：`net.ipv4.tcp_synack_retries=5` 让表项保留 63 s，每多一次重传约翻一' +
        '倍。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {senderHost} with `nstat -az " +
      'TcpExtListenOverflows`: SYN,ACKs repeated while no ACK arrives there prove a lost ACK; ' +
      'repeated although it arrives, a full accept queue.',
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` 并看 `nstat " +
      '-az TcpExtListenOverflows`：SYN,ACK 反复重传而 ACK 没到，是 ACK 丢失；ACK 到了仍在重传，是' +
      '全连接队列已满。',
  ),
};
