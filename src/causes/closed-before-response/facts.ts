import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The server closed the connection before the first byte of its response, with no reset',
    '服务端一个响应字节都没发就正常关闭了连接，线上没有 RST',
  ),
  summary: text(
    'The request was received and acknowledged, and then a plain FIN came in place of an answer. Many clients report this as ECONNRESET (Node: `socket hang up`), although no reset was ever sent.',
    '请求已收到并确认，等来的却不是响应，而是普通的 FIN。不少客户端把它报成 ECONNRESET（Node：`socket hang up`），其实从头到尾没有 RST。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 5,
  linuxReasons: [],
  sources: ['RFC 9112 §8 (incomplete messages), §9.3.1 (retrying)', 'RFC 9293 §3.6'],
  claims: ['A4', 'B7'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'EOF', write: 'nothing' },
  advice: [
    text(
      "If the connection had been idle: make the server's keep-alive timeout longer than the client's (Node `server.keepAliveTimeout = 65_000`, gunicorn `--keep-alive 75`), and retry idempotent requests once.",
      '若连接此前空闲：让服务端的 keep-alive 超时长于客户端（Node `server.keepAliveTimeout = 65_000`，gunicorn `--keep-alive 75`），并对幂等请求重试一次。',
    ),
    text(
      'If it was fresh: look for a crash, an exception or a limit in the server at that second (gunicorn `WORKER TIMEOUT`, PHP-FPM `request_terminate_timeout`, Node `server.requestTimeout`, nginx `return 444`).',
      '若是新连接：查服务端那一秒有没有崩溃、异常或触发限制（gunicorn `WORKER TIMEOUT`、PHP-FPM `request_terminate_timeout`、Node `server.requestTimeout`、nginx `return 444`）。',
    ),
    text(
      'Check that both ends speak the same protocol on this port: plain HTTP sent to a TLS or HTTP/2-only port is often closed in silence.',
      '确认两端在这个端口上说的是同一种协议：把明文 HTTP 发给 TLS 或仅支持 HTTP/2 的端口，往往被默默关闭。',
    ),
  ],
  settle: text(
    'On {senderHost}: `strace -f -tt -e trace=close,shutdown,exit_group,read,recvfrom -p PID` while it happens, beside its error log; the close() and what came before it name the reason.',
    '问题发生时在 {senderHost} 上执行 `strace -f -tt -e trace=close,shutdown,exit_group,read,recvfrom -p PID`，并对照错误日志；close() 之前的动作就是原因。',
  ),
};
