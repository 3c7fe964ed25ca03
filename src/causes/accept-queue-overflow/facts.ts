import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The server's accept queue was full, and it is set to reset rather than drop",
    '服务端全连接队列已满，且设置为发 RST 而不是丢弃',
  ),
  summary: text(
    "The handshake's last ACK arrived when the application had not accepted earlier " +
      'connections for too long. With tcp_abort_on_overflow=1 the kernel resets such a client, ' +
      'which has already seen connect() succeed.',
    '握手的最后一个 ACK 到达时，应用已太久没有 accept，队列满了。tcp_abort_on_overflow=1 时内核' +
      '直接复位客户端，而客户端的 connect() 早已成功。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  // With tcp_abort_on_overflow=0 the ACK is dropped; a reset after that is handshake-timeout.
  linuxReasons: ['INVALID_SYN'],
  sources: [
    'RFC 9293 §3.10.7.4',
    'tcp(7), tcp_abort_on_overflow',
    'tcp_check_req',
    'tcp_v4_syn_recv_sock',
  ],
  claims: ['A19'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Lengthen the queue, which is the smaller of two numbers: `net.core.somaxconn=4096` and ' +
        'the backlog of listen() (Node `server.listen({ port, backlog: 4096 })`, nginx `listen ' +
        '80 backlog=4096`, Java `new ServerSocket(port, 4096)`); restart the listener.',
      '加长队列，它取两个值中较小的一个：`net.core.somaxconn=4096` 和 listen() 的 backlog（' +
        'Node `server.listen({ port, backlog: 4096 })`、nginx `listen 80 backlog=4096`、Java ' +
        '`new ServerSocket(port, 4096)`），改后重启监听进程。',
    ),
    text(
      'Accept faster: keep the accepting thread or event loop free of blocking work, and share ' +
        'the port among workers with SO_REUSEPORT (nginx `reuseport`).',
      '加快 accept：负责 accept 的线程或事件循环里不要有阻塞操作，并用 SO_REUSEPORT（nginx ' +
        '`reuseport`）让多个进程分担端口。',
    ),
    text(
      "Set `net.ipv4.tcp_abort_on_overflow=0`, the default: the client's ACK is dropped, the " +
        'SYN,ACK repeated, and a short burst heals unseen.',
      '把 `net.ipv4.tcp_abort_on_overflow` 设回默认的 0：丢弃客户端的 ACK 并重传 SYN,ACK，短暂' +
        '的突发会自行恢复。',
    ),
  ],
  settle: text(
    "Run `nstat -az TcpExtListenOverflows; ss -ltn 'sport = :{port}'; sysctl " +
      'net.ipv4.tcp_abort_on_overflow` on {senderHost}: a growing counter, Recv-Q above Send-Q ' +
      'and the value 1 prove it.',
    "在 {senderHost} 上执行 `nstat -az TcpExtListenOverflows; ss -ltn 'sport = :{port}'; " +
      'sysctl net.ipv4.tcp_abort_on_overflow`：计数增长、Recv-Q 超过 Send-Q 且该值为 1，即为实' +
      '证。',
  ),
};
