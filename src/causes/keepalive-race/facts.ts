import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'An idle keep-alive connection was reused just as the server closed it',
    '客户端复用空闲的长连接时，服务端恰好在关闭它',
  ),
  summary: text(
    "The server's idle timeout ran out and it closed the pooled connection with FIN; the client's or proxy's next request crossed that FIN or ignored it, and met a closed socket. The server's idle timeout is shorter than the client's.",
    '服务端的空闲超时先到，用 FIN 关闭了连接池里的连接；客户端或代理的下一个请求与 FIN 擦肩而过，或无视了 FIN，落在已关闭的套接字上。根源是服务端的空闲超时比客户端短。',
  ),
  origin: 'endpoint',
  refines: 'data-after-close',
  benign: false,
  frequency: 5,
  linuxReasons: ['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET', 'TCP_FLAGS', 'NO_SOCKET'],
  sources: [
    'RFC 9112 §9.3, §9.5 (persistence, idle timeouts)',
    'RFC 9293 §3.10.7.4',
    'Linux tcp_rcv_state_process(), tcp_timewait_state_process()',
  ],
  claims: ['A11'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Make the server's idle timeout longer than the client's or proxy's, at every hop (AWS ALB keeps 60 s): Node `server.keepAliveTimeout = 65_000; server.headersTimeout = 66_000`, gunicorn `--keep-alive 75`, uvicorn `--timeout-keep-alive 75`, nginx `keepalive_timeout 75s`.",
      '在每一跳上都让服务端的空闲超时长于客户端或代理（AWS ALB 为 60 s）：Node `server.keepAliveTimeout = 65_000; server.headersTimeout = 66_000`，gunicorn `--keep-alive 75`，uvicorn `--timeout-keep-alive 75`，nginx `keepalive_timeout 75s`。',
    ),
    text(
      'Or drop idle connections earlier in the client: undici `keepAliveTimeout: 3_000`, agentkeepalive `freeSocketTimeout: 4_000`, Go `Transport.IdleConnTimeout`, nginx `upstream { keepalive_timeout 4s; }`, Istio DestinationRule `http.idleTimeout: 3s`.',
      '或让客户端更早丢弃空闲连接：undici `keepAliveTimeout: 3_000`，agentkeepalive `freeSocketTimeout: 4_000`，Go `Transport.IdleConnTimeout`，nginx `upstream { keepalive_timeout 4s; }`，Istio DestinationRule `http.idleTimeout: 3s`。',
    ),
    text(
      "Retry once on a fresh connection when the request is idempotent: Node `if (req.reusedSocket && err.code === 'ECONNRESET')`, nginx `proxy_next_upstream error timeout`, Envoy `retry_on: reset,connect-failure`.",
      "请求幂等时，换一条新连接重试一次：Node `if (req.reusedSocket && err.code === 'ECONNRESET')`，nginx `proxy_next_upstream error timeout`，Envoy `retry_on: reset,connect-failure`。",
    ),
  ],
  settle: text(
    "Capture on the client as well, `tcpdump -i any -s 256 -w c.pcap 'host {senderHost} and tcp port {port}'` on {receiverHost}: it shows whether the request left before or after the FIN came in.",
    "在客户端 {receiverHost} 上也抓包：`tcpdump -i any -s 256 -w c.pcap 'host {senderHost} and tcp port {port}'`，看请求发出时 FIN 到了没有。",
  ),
};
