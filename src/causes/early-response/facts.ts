import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The server answered early and closed with the rest of the request unread',
    '服务端提前应答，没读完请求体就关闭了连接',
  ),
  summary: text(
    'The server sent its response (413, 401, a redirect) before it had read the whole request body and then closed. The unread bytes turn the close into a reset, which can wipe out the response before the client reads it.',
    '服务端没读完请求体就发出响应（413、401、重定向等）并关闭连接。未读的字节让关闭变成了 RST，客户端可能还没读到响应，响应就被一并冲掉。',
  ),
  origin: 'endpoint',
  refines: ['close-with-unread-data', 'data-after-close'],
  benign: false,
  frequency: 4,
  linuxReasons: ['TCP_ABORT_ON_CLOSE'],
  sources: ['RFC 9112 §9.6 (tear-down, lingering close)', 'RFC 9293 §3.6.1', 'Linux __tcp_close()'],
  claims: ['A10'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Read and discard the body before closing: nginx `lingering_close always; lingering_timeout 5s;`, Node `res.end(); req.resume()` in place of `req.destroy()`, Go `io.Copy(io.Discard, r.Body)`.',
      '关闭前把请求体读完丢弃：nginx `lingering_close always; lingering_timeout 5s;`，Node 用 `res.end(); req.resume()` 代替 `req.destroy()`，Go 用 `io.Copy(io.Discard, r.Body)`。',
    ),
    text(
      "Or raise the limit that rejects the request: nginx `client_max_body_size 50m;`, Express `express.json({ limit: '50mb' })`, Envoy `max_request_bytes`.",
      "或调大触发拒绝的上限：nginx `client_max_body_size 50m;`，Express `express.json({ limit: '50mb' })`，Envoy `max_request_bytes`。",
    ),
    text(
      'In the client send `Expect: 100-continue` before large bodies, and look for a response before treating EPIPE or ECONNRESET on write as fatal.',
      '客户端发大请求体之前先带 `Expect: 100-continue`；写出错（EPIPE、ECONNRESET）时先看有没有收到响应，再当作失败。',
    ),
  ],
  settle: text(
    "On {senderHost}: `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` and `nstat -az TcpExtTCPAbortOnClose` before and after one such request; the counter rises by one for each reset of this kind.",
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`，并在一次这样的请求前后各看一次 `nstat -az TcpExtTCPAbortOnClose`；每个这样的 RST 使计数加一。",
  ),
};
