import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** fetch of Node.js and the undici client behind it. */
export const UNDICI: readonly ErrorText[] = [
  {
    id: 'fetch-failed',
    name: 'fetch: TypeError: fetch failed',
    pattern: /\bfetch failed\b/,
    wire: 'either',
    wrapper: true,
    happened: text(
      'Something failed before a response began. What it was stands in `err.cause`, which many loggers drop.',
      '响应开始之前出了错。具体原因在 `err.cause` 里，许多日志库会把它丢掉。',
    ),
    canMean: causes.beforeResponse,
    cannotMean: [
      text('By itself it says nothing about the network.', '单凭这句话，对网络什么也说明不了。'),
    ],
    next: text(
      "Log `err.cause.code` and `err.cause.message` first; then `tcpdump -i any -s 256 -w fetch.pcap 'tcp port {port}'`.",
      "先把 `err.cause.code` 和 `err.cause.message` 打出来；再 `tcpdump -i any -s 256 -w fetch.pcap 'tcp port {port}'`。",
    ),
  },
  {
    id: 'fetch-terminated',
    name: 'fetch: TypeError: terminated',
    pattern: /\bTypeError: terminated\b/,
    wire: 'either',
    wrapper: true,
    happened: text(
      'The connection broke while the body was being read: headers had come. `err.cause` tells a FIN (`other side closed`) from a reset (`read ECONNRESET`).',
      '响应首部已到，读取正文时连接断了。`err.cause` 能区分 FIN（`other side closed`）与 RST（`read ECONNRESET`）。',
    ),
    canMean: ['mass-restart', 'middlebox-idle-timeout', 'linger-zero'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'undici-other-side-closed',
    name: 'undici: other side closed (UND_ERR_SOCKET)',
    pattern: /\bother side closed\b|\bUND_ERR_SOCKET\b/,
    wire: 'fin',
    code: 'UND_ERR_SOCKET',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      '`cause.socket.bytesRead` 0: no byte of a response on this connection. Greater than 0: it was reused, or cut in the middle. UND_ERR_SOCKET with other words (`read ECONNRESET`) is a real reset.',
      '`cause.socket.bytesRead` 为 0：这条连接上没收到过响应；大于 0：连接是复用的，或响应中途被切断。UND_ERR_SOCKET 若伴随别的说法（`read ECONNRESET`），才是真正的 RST。',
    ),
  },
  {
    id: 'undici-connect-timeout',
    name: 'undici: UND_ERR_CONNECT_TIMEOUT',
    pattern:
      /(?:\bConnectTimeoutError: )?(?:UND_ERR_CONNECT_TIMEOUT\b|Connect Timeout Error\b[^\n]{0,200})/,
    wire: 'silence',
    code: 'UND_ERR_CONNECT_TIMEOUT',
    happened: happened.connectSilence,
    canMean: ['connect-timeout', 'connect-cancelled'],
    cannotMean: [wrong.notRefused],
    next: next.withIcmp,
    more: text(
      'undici waits 10 s by default (`connect: { timeout }`). It also counts the TLS handshake, and a blocked event loop.',
      'undici 默认等 10 s（`connect: { timeout }`）。TLS 握手和事件循环被阻塞的时间也算在内。',
    ),
  },
  {
    id: 'undici-headers-timeout',
    name: 'undici: UND_ERR_HEADERS_TIMEOUT, UND_ERR_BODY_TIMEOUT',
    pattern: /\bUND_ERR_(?:HEADERS|BODY)_TIMEOUT\b|\b(?:Headers|Body) Timeout Error\b/,
    wire: 'silence',
    code: 'UND_ERR_HEADERS_TIMEOUT',
    happened: text(
      'The connection was open and the server did not answer (or stopped answering) within undici’s limit, 300 s by default. undici closed it.',
      '连接是通的，但服务端在 undici 的时限内（默认 300 s）没有应答，或应答到一半停了。undici 关闭了连接。',
    ),
    canMean: ['middlebox-idle-timeout', 'retransmission-timeout', 'client-abort'],
    cannotMean: [
      text(
        'It is not a reset by the server: this client closed.',
        '它不是服务端的 RST：是本客户端关闭的。',
      ),
    ],
    next: next.here,
  },
];
