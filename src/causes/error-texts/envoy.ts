import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

const flag = (letters: string): RegExp =>
  new RegExp(
    `^\\s{0,8}${letters}\\s{0,8}$|\\b[45]\\d\\d (?:[A-Z]{2,5},){0,3}${letters}(?=[\\s,"]|$)|response_flags["':=\\s]{1,4}[A-Z,]{0,20}\\b${letters}\\b`,
  );

const either = (...patterns: readonly RegExp[]): RegExp =>
  new RegExp(patterns.map((pattern) => pattern.source).join('|'), 'm');

/** Envoy and what is built on it: Istio, Contour, Gloo. */
export const ENVOY: readonly ErrorText[] = [
  {
    id: 'envoy-connection-termination',
    name: 'Envoy: reset reason: connection termination (UC)',
    pattern: either(
      /(?:upstream connect error or disconnect\/reset before headers\. )?(?:retried and the latest )?reset reason: connection termination/,
      /upstream_reset_before_response_started\{connection_termination[^}\n]{0,80}\}/,
      flag('UC'),
    ),
    wire: 'either',
    happened: text(
      'The connection to the upstream was established, and the upstream ended it before response headers, by FIN or by RST.',
      '与上游的连接已经建立，上游在发出响应首部之前以 FIN 或 RST 结束了它。',
    ),
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart', 'linger-zero'],
    cannotMean: [
      text(
        '“reset” is Envoy’s word for its stream; a plain FIN is reported so too.',
        '这里的“reset”是 Envoy 对自己的流的说法，普通的 FIN 也这样报。',
      ),
      text('It is not a failed connect: that is UF.', '它不是连接失败，连接失败是 UF。'),
    ],
    next: next.here,
    more: text(
      'In a mesh it is mostly the hop from sidecar to application: set DestinationRule `http.idleTimeout` below the application’s keep-alive timeout.',
      '在服务网格里多半是 sidecar 到应用这一跳：把 DestinationRule 的 `http.idleTimeout` 设得比应用的 keep-alive 超时短。',
    ),
  },
  {
    id: 'envoy-connection-failure',
    name: 'Envoy: reset reason: connection failure (UF)',
    pattern: either(
      /(?:upstream connect error or disconnect\/reset before headers\. )?(?:retried and the latest )?reset reason: (?:remote |local )?connection (?:failure|timeout)/,
      /delayed connect error: (?:111|113|110)/,
      flag('UF'),
      flag('UF,URX'),
    ),
    wire: 'refused',
    happened: text(
      'No connection to the upstream came about: refused (`delayed connect error: 111`), unanswered (`connection timeout`), or its TLS handshake failed (`transport failure reason: TLS error`).',
      '与上游的连接没有建立：被拒绝（`delayed connect error: 111`）、无应答（`connection timeout`），或 TLS 握手失败（`transport failure reason: TLS error`）。',
    ),
    canMean: [
      'closed-port',
      'connect-timeout',
      'mass-restart',
      'connect-unreachable',
      'tls-rejected',
    ],
    cannotMean: [text('The application never saw this request.', '应用从未见过这个请求。')],
    next: next.withIcmp,
  },
  {
    id: 'envoy-urx',
    name: 'Envoy: URX (retry limit exceeded)',
    pattern: flag('URX'),
    wire: 'either',
    wrapper: true,
    happened: text(
      'Every retry failed, or TCP connects ran out of attempts. The flag beside it (UF, UC, UH) says how.',
      '每次重试都失败了，或 TCP 连接次数用尽。旁边的标志（UF、UC、UH）说明是怎么失败的。',
    ),
    canMean: [...causes.refused, 'keepalive-race'],
    cannotMean: [wrong.noReset],
    next: next.withIcmp,
  },
  {
    id: 'envoy-dc',
    name: 'Envoy: DC (downstream connection termination)',
    pattern: either(flag('DC'), /downstream_remote_disconnect/),
    wire: 'either',
    happened: text(
      'The client closed its connection before the response was complete.',
      '响应还没发完，客户端就关闭了连接。',
    ),
    canMean: ['client-abort'],
    cannotMean: [text('It is not an error of the upstream.', '它不是上游的错误。')],
    next: next.here,
  },
  {
    id: 'envoy-stream-reset',
    name: 'Envoy, HTTP/2: remote reset, local reset, RST_STREAM',
    pattern:
      /reset reason: (?:remote|local) (?:refused stream )?reset|\bRST_STREAM\b|ERR_HTTP2_STREAM_(?:ERROR|CANCEL)|stream error: stream ID \d{1,10}|\bstream was reset\b/i,
    wire: 'above-tcp',
    happened: text(
      'One HTTP/2 stream was cancelled by an RST_STREAM frame. The TCP connection lives on.',
      '一条 HTTP/2 流被 RST_STREAM 帧取消，TCP 连接仍然完好。',
    ),
    canMean: ['client-abort'],
    cannotMean: [
      text('It is not a TCP reset: no RST is on the wire.', '它不是 TCP 的 RST：线上没有 RST。'),
    ],
    next: text(
      'A packet capture shows ciphertext only; read the error code of the frame in the log (`CANCEL`, `INTERNAL_ERROR`, `REFUSED_STREAM`), or `NODE_DEBUG=http2`, `GODEBUG=http2debug=2`.',
      '抓包只能看到密文；看日志里该帧的错误码（`CANCEL`、`INTERNAL_ERROR`、`REFUSED_STREAM`），或用 `NODE_DEBUG=http2`、`GODEBUG=http2debug=2`。',
    ),
  },
  {
    id: 'grpc-unavailable-reset',
    name: 'gRPC: UNAVAILABLE … connection reset',
    pattern:
      /\bUNAVAILABLE\b[^\n]{0,300}(?:connection reset(?: by peer)?|ECONNRESET)|code = Unavailable[^\n]{0,300}connection reset by peer/i,
    wire: 'reset',
    code: 'ECONNRESET',
    happened: text(
      'A reset ended the HTTP/2 connection, and with it every call on it.',
      'RST 结束了 HTTP/2 连接，其上的所有调用一并失败。',
    ),
    canMean: [
      'middlebox-idle-timeout',
      'mass-restart',
      ...causes.reset.filter((id) => id !== 'mass-restart' && id !== 'middlebox-idle-timeout'),
    ],
    cannotMean: [
      wrong.notHangUp,
      text('It is not GOAWAY: an orderly shutdown says so.', '它不是 GOAWAY：有序停机会明说。'),
    ],
    next: next.here,
    more: text(
      'After a long idle time it is a device on the path: keepalive pings (`grpc.keepalive_time_ms` 60000, allowed by the server).',
      '若在长时间空闲之后，是链路上的设备：开 keepalive ping（`grpc.keepalive_time_ms` 60000，服务端要允许）。',
    ),
  },
  {
    id: 'grpc-unavailable-closed',
    name: 'gRPC: UNAVAILABLE … EOF, Connection dropped, transport is closing',
    pattern:
      /\bUNAVAILABLE\b[^\n]{0,300}(?:\bEOF\b|Connection dropped|Socket closed|transport is closing)|code = Unavailable[^\n]{0,300}(?:\bEOF\b|transport is closing)/i,
    wire: 'fin',
    happened: text(
      'The other end closed the HTTP/2 connection with FIN.',
      '对端以 FIN 关闭了 HTTP/2 连接。',
    ),
    canMean: ['mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'grpc-unavailable-refused',
    name: 'gRPC: UNAVAILABLE … connection refused',
    pattern:
      /\bUNAVAILABLE\b[^\n]{0,300}(?:connection refused|ECONNREFUSED|No connection established)|code = Unavailable[^\n]{0,300}connection refused/i,
    wire: 'refused',
    code: 'ECONNREFUSED',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
];
