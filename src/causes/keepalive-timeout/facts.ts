import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender gave up: the receiver answered none of its keepalive probes',
    '发送方放弃了连接：对端没有应答任何一个保活探测',
  ),
  summary: text(
    'The connection was idle, TCP keepalive probed it, and tcp_keepalive_probes probes in a ' +
      'row stayed unanswered. The reset follows from a path or peer that went silent; it is not ' +
      'what broke the connection.',
    '连接空闲期间，TCP 保活连续发出 tcp_keepalive_probes 个探测，全部没有应答。RST 只是结果，真' +
      '正的原因是链路或对端早已失联。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  linuxReasons: ['TCP_KEEPALIVE_TIMEOUT'],
  sources: ['RFC 9293 §3.8.4', 'RFC 1122 §4.2.3.6', 'tcp_keepalive_timer'],
  claims: ['A9'],
  senderApp: { read: 'ETIMEDOUT', write: 'EPIPE' },
  receiverApp: { read: 'ECONNRESET if it arrives', write: 'EPIPE if it arrives' },
  advice: [
    text(
      "Look for what went silent, not for the reset: the receiver's host, the route, or a NAT " +
        'or firewall that dropped its entry for the idle flow.',
      '要查的是谁失联了，而不是 RST 本身：对端主机、路由，还是 NAT、防火墙清掉了空闲连接的表' +
        '项。',
    ),
    text(
      'Keep the probes more frequent than every idle timer on the path (Azure 240 s, AWS NLB ' +
        '350 s, GCE 600 s): `net.ipv4.tcp_keepalive_time=60`, per socket TCP_KEEPIDLE, Node ' +
        '`socket.setKeepAlive(true, 60_000)`.',
      '探测间隔要短于沿途所有空闲定时器（Azure 240 s、AWS NLB 350 s、GCE 600 s）：' +
        '`net.ipv4.tcp_keepalive_time=60`，单个套接字用 TCP_KEEPIDLE，Node 用 ' +
        '`socket.setKeepAlive(true, 60_000)`。',
    ),
    text(
      'Choose the time to detection on purpose: time + interval x probes; ' +
        '`tcp_keepalive_time=60 tcp_keepalive_intvl=10 tcp_keepalive_probes=6` gives 2 minutes, ' +
        'the defaults 7200/75/9 more than 2 hours.',
      '有意识地选定发现故障的时间，即 time + intvl × probes：`tcp_keepalive_time=60 ' +
        'tcp_keepalive_intvl=10 tcp_keepalive_probes=6` 为 2 分钟，默认的 7200/75/9 要 2 小时以' +
        '上。',
    ),
    text(
      'Treat ETIMEDOUT on a pooled connection as a dead connection: drop it and take a new one.',
      '连接池里的连接报 ETIMEDOUT 就按死连接处理：丢弃并新建。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {receiverHost}: probes that " +
      'never arrive prove a dead path, arriving ones without an answer a dead or filtered host; ' +
      '`nstat -az TcpExtTCPAbortOnTimeout` on {senderHost} grows by one.',
    "在 {receiverHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`：探测没到，是" +
      '链路断了；到了却无应答，是主机失效或被过滤。{senderHost} 上的 `nstat -az ' +
      'TcpExtTCPAbortOnTimeout` 会加一。',
  ),
};
