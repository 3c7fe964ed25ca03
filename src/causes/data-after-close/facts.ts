import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The receiver went on sending after the sender had closed',
    '发送方已经关闭，接收方还在继续发数据',
  ),
  summary: text(
    'The sender had closed its socket and said so with a FIN; the receiver sent more, before ' +
      'or after it saw that FIN. There was nobody left to read it, so it drew a reset, and that ' +
      'data is lost.',
    '发送方已经 close() 并发出 FIN，而接收方在看到 FIN 之前或之后又发来数据。已经没有人会读它，' +
      '于是换来 RST，这些数据丢失。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 5,
  // The last two once FIN_WAIT2 has timed out (tcp_fin_timeout): no socket, or only the listener.
  linuxReasons: ['TCP_TIMEWAIT_SOCKET', 'TCP_ABORT_ON_DATA', 'NO_SOCKET', 'TCP_FLAGS'],
  sources: [
    'RFC 9293 §3.6.1',
    'RFC 1122 §4.2.2.13',
    'tcp_timewait_state_process',
    'tcp_rcv_state_process',
  ],
  claims: ['A4', 'A11', 'B7', 'D4'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  advice: [
    text(
      'Close second, or by halves: `shutdown(fd, SHUT_WR)`, read until EOF, then close(); ' +
        'never close() while the protocol still lets the peer speak.',
      '后关，或分两步关：先 `shutdown(fd, SHUT_WR)`，读到 EOF 再 close()；只要协议还允许对端发' +
        '数据，就不要 close()。',
    ),
    text(
      'Order idle timers so that the side that sends the next request gives up first: the ' +
        "client's or proxy's keep-alive shorter than the server's (Node `server.keepAliveTimeout " +
        '= 65_000; server.headersTimeout = 66_000` behind a 60 s balancer).',
      '空闲超时要有先后：下一个请求由谁发，谁就先放弃，即客户端或代理的 keep-alive 短于服务端（' +
        '前面是 60 s 的负载均衡时，Node 设 `server.keepAliveTimeout = 65_000; ' +
        'server.headersTimeout = 66_000`）。',
    ),
    text(
      'On the side that goes on sending, read while you write and stop at EOF: a pooled ' +
        'connection that has become readable while idle is closed, not ready.',
      '继续发送的一方要边写边读，读到 EOF 就停：连接池里空闲时变为可读的连接是被关闭了，而不是' +
        '可用。',
    ),
    text(
      'Retry on a new connection when the request is idempotent (nginx `proxy_next_upstream ' +
        'error`, Envoy `retry_on: reset`, Node `req.reusedSocket`).',
      '请求幂等时换新连接重试（nginx `proxy_next_upstream error`，Envoy `retry_on: reset`，' +
        'Node 判断 `req.reusedSocket`）。',
    ),
  ],
  settle: text(
    'Run `strace -f -tt -e trace=close,shutdown -p PID` on {senderHost} together with `tcpdump ' +
      "-i any -s 256 -w s.pcap 'tcp port {port}'`: close() before the data arrived there proves " +
      'it.',
    '在 {senderHost} 上同时执行 `strace -f -tt -e trace=close,shutdown -p PID` 和 `tcpdump -i ' +
      "any -s 256 -w s.pcap 'tcp port {port}'`：close() 早于数据到达，即为实证。",
  ),
};
