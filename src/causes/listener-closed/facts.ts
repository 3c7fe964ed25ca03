import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The server closed its listening socket while the connection still waited to be accepted',
    '连接还在等待 accept()，服务端就关闭了监听套接字',
  ),
  summary: text(
    'The handshake was complete and the connection lay in the accept queue when the listening socket went away, by close(), shutdown() or the death of the process. The kernel resets every connection that was never accepted.',
    '握手已完成，连接还躺在全连接队列里，监听套接字却因 close()、shutdown() 或进程退出而消失。内核会重置所有尚未被 accept 的连接。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 3,
  linuxReasons: ['TCP_STATE'],
  sources: [
    'Linux inet_csk_listen_stop(), inet_child_forget()',
    'RFC 9293 §3.10.4 (CLOSE), LISTEN',
  ],
  claims: [],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Take the server out of the balancer before it stops: Kubernetes `lifecycle.preStop: exec: sleep 10`, and keep accepting until then.',
      '先把服务端从负载均衡中摘除再停：Kubernetes 配 `lifecycle.preStop: exec: sleep 10`，在此期间继续 accept。',
    ),
    text(
      'Hand the listening socket over in place of closing it: systemd socket activation, `SO_REUSEPORT` with `net.ipv4.tcp_migrate_req=1`, nginx `-s reload` or HAProxy `expose-fd listeners` with `-x`.',
      '重启时交接监听套接字而不是关闭它：systemd socket activation、`SO_REUSEPORT` 配合 `net.ipv4.tcp_migrate_req=1`、nginx `-s reload`、HAProxy `expose-fd listeners` 加 `-x`。',
    ),
    text(
      'In a graceful shutdown call accept() until EAGAIN before closing the listener, and answer those connections.',
      '优雅停机时，关闭监听之前先把 accept() 调到 EAGAIN 为止，并正常应答这些连接。',
    ),
  ],
  settle: text(
    "On {senderHost}: `ss -ltn sport = :{port}` (Recv-Q > 0 are connections not yet accepted) and the server's log at that second; or `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`, to see whether SYNs after it are refused.",
    "在 {senderHost} 上执行 `ss -ltn sport = :{port}`（Recv-Q 大于 0 即未 accept 的连接），并对照服务端那一秒的日志；或用 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` 看其后的 SYN 是否被拒绝。",
  ),
};
