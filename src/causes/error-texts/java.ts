import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** Java: java.net, java.net.http, Apache HttpClient, Netty. */
export const JAVA: readonly ErrorText[] = [
  {
    id: 'java-connection-reset',
    name: 'Java: java.net.SocketException: Connection reset',
    pattern:
      /\b(?:Socket|IO|SSL|NativeIo)Exception: (?:[^\n]{0,60}: )?Connection reset(?: by peer)?/i,
    wire: 'reset',
    happened: happened.reset,
    canMean: causes.reset,
    cannotMean: [wrong.notHangUp, wrong.notServerCrash],
    next: next.here,
    more: text(
      '“Connection reset” and “Connection reset by peer” mean the same; which one appears depends on the class that met it.',
      '“Connection reset”与“Connection reset by peer”含义相同，出现哪个取决于是哪个类碰上的。',
    ),
  },
  {
    id: 'java-broken-pipe',
    name: 'Java: Broken pipe',
    pattern: /\b(?:Socket|IO|SSL|NativeIo|ClientAbort)Exception: (?:[^\n]{0,60}: )?Broken pipe/i,
    wire: 'reset',
    happened: happened.brokenPipe,
    canMean: ['client-abort', ...causes.brokenPipe.filter((id) => id !== 'client-abort')],
    cannotMean: [wrong.notFirstWrite],
    next: next.here,
    more: text(
      'Under Tomcat as ClientAbortException: the browser left. Not an error of the application.',
      '在 Tomcat 里以 ClientAbortException 出现：浏览器走了，不是应用的错误。',
    ),
  },
  {
    id: 'java-no-http-response',
    name: 'Java, Apache HttpClient: NoHttpResponseException … failed to respond',
    pattern: /\bNoHttpResponseException\b(?:: [^\n]{0,120}failed to respond)?/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'Nearly always a stale pooled connection: `setValidateAfterInactivity`, `evictIdleConnections`, and a retry.',
      '几乎都是连接池里的陈旧连接：用 `setValidateAfterInactivity`、`evictIdleConnections`，并加重试。',
    ),
  },
  {
    id: 'java-unexpected-end-of-file',
    name: 'Java: Unexpected end of file from server',
    pattern: /Unexpected end of file from server/i,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [
      wrong.noReset,
      text(
        'It is a SocketException by class, and still no socket error: read returned EOF.',
        '虽然类名是 SocketException，却不是套接字错误：read 返回的是 EOF。',
      ),
    ],
    next: next.server,
  },
  {
    id: 'java-header-parser',
    name: 'Java, java.net.http: HTTP/1.1 header parser received no bytes',
    pattern: /header parser received no bytes/i,
    wire: 'either',
    happened: happened.either,
    canMean: [
      'keepalive-race',
      ...causes.hangUp.filter((id) => id !== 'keepalive-race'),
      'linger-zero',
    ],
    cannotMean: [
      text(
        'It decides nothing between FIN and RST: java.net.http says the same for both.',
        '它分不清 FIN 与 RST：java.net.http 对两者说的是同一句话。',
      ),
    ],
    next: next.here,
  },
  {
    id: 'java-premature-eof',
    name: 'Java: Premature EOF',
    pattern:
      /\bPremature EOF\b|Premature end of (?:chunk|Content-Length)|ConnectionClosedException|fixed content-length: \d{1,15}, bytes received/i,
    wire: 'fin',
    happened: happened.cutShort,
    canMean: ['mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'java.net.http says “fixed content-length …, bytes received …” after a reset as well.',
      'java.net.http 在遇到 RST 时同样会报“fixed content-length …, bytes received …”。',
    ),
  },
  {
    id: 'java-remote-terminated-handshake',
    name: 'Java: Remote host terminated the handshake',
    pattern:
      /Remote host (?:terminated|closed) the? ?(?:connection during )?handshake|SSL peer shut down incorrectly/i,
    wire: 'fin',
    happened: text(
      'The other end closed with FIN during the TLS handshake.',
      '对端在 TLS 握手期间以 FIN 关闭。',
    ),
    canMean: ['closed-before-response', 'tls-rejected'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'java-connection-refused',
    name: 'Java: Connection refused',
    pattern: /\bConnectException: (?:[^\n]{0,120})Connection refused/i,
    wire: 'refused',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
  {
    id: 'java-connect-timed-out',
    name: 'Java: SocketTimeoutException: Connect timed out',
    pattern:
      /\b(?:SocketTimeout|ConnectTimeout|HttpConnectTimeout)Exception: [^\n]{0,120}connect(?:ion)? timed out/i,
    wire: 'silence',
    happened: happened.connectSilence,
    canMean: ['connect-timeout', 'connect-cancelled'],
    cannotMean: [wrong.notRefused],
    next: next.withIcmp,
  },
  {
    id: 'java-read-timed-out',
    name: 'Java: SocketTimeoutException: Read timed out',
    pattern: /\bSocketTimeoutException\b(?:: Read timed out)?/i,
    wire: 'silence',
    happened: happened.silence,
    canMean: [...causes.silence, 'client-abort'],
    cannotMean: [text('The other end did not reset it.', '不是对端重置的。')],
    next: next.here,
  },
  {
    id: 'java-no-route',
    name: 'Java: NoRouteToHostException',
    pattern: /\bNoRouteToHostException\b(?:: No route to host)?/,
    wire: 'refused',
    happened: happened.unreachable,
    canMean: ['connect-unreachable'],
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
];
