import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The client went away: it broke off the transfer or had all it wanted',
    '客户端自己离开了：中断了传输，或已拿到所需内容',
  ),
  summary: text(
    'A tab was closed, a client-side timeout fired, a range request was cut short, or the client ended a finished connection without ceremony. The server did nothing wrong.',
    '用户关了标签页、客户端超时、范围请求提前结束，或连接用完后客户端直接断开。服务端没有过错。',
  ),
  origin: 'endpoint',
  refines: ['close-with-unread-data', 'data-after-close'],
  benign: true,
  frequency: 5,
  linuxReasons: [
    'TCP_ABORT_ON_CLOSE',
    'TCP_STATE',
    'TCP_ABORT_ON_DATA',
    'TCP_TIMEWAIT_SOCKET',
    'NO_SOCKET',
  ],
  sources: ['RFC 9293 §3.6.1, §3.10.5', 'Linux __tcp_close(), tcp_disconnect()'],
  claims: ['A10'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Log it as a client abort (nginx 499, HAProxy `CD--`, Envoy `DC`) and keep it out of error alerts.',
      '按客户端中断记录（nginx 499、HAProxy `CD--`、Envoy `DC`），不要计入错误告警。',
    ),
    text(
      'If many stop after the same time, that is a client timeout: compare with 10, 30 and 60 s, and either raise it or answer faster.',
      '如果很多请求都在同一时长后中断，那是客户端超时：与 10、30、60 s 对照，要么调大它，要么加快响应。',
    ),
    text(
      "Stop work nobody waits for: Node `res.on('close', …)`, Go `r.Context().Done()`; in Go and Java log the write error at debug level.",
      "没人等的活就停下：Node 监听 `res.on('close', …)`，Go 监听 `r.Context().Done()`；Go、Java 里这类写错误降到 debug 级别。",
    ),
  ],
  settle: text(
    "Ask the client's log at that second for a timeout or cancellation, or capture on {senderHost}: `tcpdump -i any -s 256 -w c.pcap 'tcp port {port}'`.",
    "查客户端那一秒的日志有无超时或取消，或在 {senderHost} 上抓包：`tcpdump -i any -s 256 -w c.pcap 'tcp port {port}'`。",
  ),
};
