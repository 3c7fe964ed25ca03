import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** curl by its exit codes, and the browsers' own names for the same ends. */
export const CURL: readonly ErrorText[] = [
  {
    id: 'curl-56-reset',
    name: 'curl: (56) Recv failure: Connection reset by peer',
    pattern:
      /curl: \(56\) [^\n]{0,120}(?:reset by peer|errno 104)|Recv failure: Connection (?:was )?reset(?: by peer)?/i,
    wire: 'reset',
    happened: happened.reset,
    canMean: causes.reset,
    cannotMean: [wrong.notHangUp, wrong.notServerCrash],
    next: next.here,
  },
  {
    id: 'curl-52',
    name: 'curl: (52) Empty reply from server',
    pattern: /curl: \(52\)(?: Empty reply from server)?|Empty reply from server/i,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'Plain HTTP sent to a TLS port, and a published container port without a listener inside, end so too.',
      '把明文 HTTP 发给 TLS 端口，或容器发布了端口而里面没人监听，也会这样。',
    ),
  },
  {
    id: 'curl-18',
    name: 'curl: (18) transfer closed with … bytes remaining',
    pattern:
      /curl: \(18\)[^\n]{0,120}|transfer closed with (?:\d{1,15} bytes|outstanding read data) remaining/i,
    wire: 'fin',
    happened: happened.cutShort,
    canMean: ['mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'curl-7',
    name: 'curl: (7) Failed to connect',
    pattern: /curl: \(7\)[^\n]{0,160}|Failed to connect to [^\n]{1,80} port \d{1,5}[^\n]{0,80}/i,
    wire: 'refused',
    happened: text(
      'The connect failed. At once: refused, by RST,ACK or ICMP. After seconds: nobody answered.',
      '连接失败。立刻失败：被 RST,ACK 或 ICMP 拒绝；几秒之后才失败：无人应答。',
    ),
    canMean: [...causes.refused, 'connect-timeout'],
    cannotMean: [
      text(
        'Newer versions say “Couldn’t connect to server” for both; the milliseconds in the message tell.',
        '新版本对两种情况都说“Couldn’t connect to server”，要看消息里的毫秒数。',
      ),
    ],
    next: next.withIcmp,
  },
  {
    id: 'curl-35-reset',
    name: 'curl: (35) … Connection reset by peer',
    pattern: /curl: \(35\) [^\n]{0,160}(?:reset by peer|errno 104)/i,
    wire: 'reset',
    happened: text(
      'A reset came in the middle of the TLS handshake, usually right after the ClientHello.',
      'TLS 握手中途收到 RST，通常紧跟在 ClientHello 之后。',
    ),
    canMean: causes.tls,
    cannotMean: [
      text('It is not a bad certificate: that is (60).', '它不是证书问题：证书问题是 (60)。'),
    ],
    next: next.here,
  },
  {
    id: 'curl-35-syscall',
    name: 'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL',
    pattern: /(?:curl: \(35\) )?(?:OpenSSL SSL_connect: )?SSL_ERROR_SYSCALL in connection to/i,
    wire: 'fin',
    happened: text(
      'The other end closed with FIN in the middle of the TLS handshake. With a reset curl prints “Connection reset by peer” in this place.',
      'TLS 握手中途，对端以 FIN 关闭。若是 RST，curl 会在这里写“Connection reset by peer”。',
    ),
    canMean: ['closed-before-response', 'tls-rejected'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'curl-35',
    name: 'curl: (35) TLS connect error',
    pattern: /curl: \(35\)/,
    wire: 'above-tcp',
    happened: text(
      'The TLS handshake failed. The words after the code say whether by an alert, a FIN or a reset.',
      'TLS 握手失败。是告警、FIN 还是 RST，看代码后面的文字。',
    ),
    canMean: causes.tls,
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'curl-55',
    name: 'curl: (55) Send failure',
    pattern:
      /curl: \(55\)[^\n]{0,160}|Send failure: (?:Broken pipe|Connection (?:was )?reset)[^\n]{0,40}/i,
    wire: 'reset',
    happened: text('A reset came while curl was still sending.', 'curl 还在发送时收到了 RST。'),
    canMean: ['early-response', 'close-with-unread-data', 'keepalive-race'],
    cannotMean: [
      text(
        'It does not mean that no response came: look with `-v`, a 413 may stand before it.',
        '它不代表没有响应：加 `-v` 看看，前面可能有个 413。',
      ),
    ],
    next: next.here,
  },
  {
    id: 'curl-28',
    name: 'curl: (28) timed out',
    pattern: /curl: \(28\)[^\n]{0,160}/,
    wire: 'silence',
    happened: text(
      'A timer of curl or of the kernel ran out: “Connection timed out” before the connection stood, “Operation timed out … bytes received” after.',
      'curl 或内核的定时器到期：连接建立之前是“Connection timed out”，之后是“Operation timed out … bytes received”。',
    ),
    canMean: ['connect-timeout', 'retransmission-timeout', 'connect-cancelled'],
    cannotMean: [wrong.notRefused],
    next: next.withIcmp,
  },
  {
    id: 'browser-reset',
    name: 'Browser: ERR_CONNECTION_RESET, PR_CONNECT_RESET_ERROR',
    pattern: /\bERR_CONNECTION_RESET\b|\bPR_CONNECT_RESET_ERROR\b/,
    wire: 'reset',
    happened: happened.reset,
    canMean: ['tls-rejected', 'injected', 'early-response', 'mass-restart', 'firewall-reject'],
    cannotMean: [wrong.notHangUp],
    next: next.here,
  },
  {
    id: 'browser-empty-response',
    name: 'Browser: ERR_EMPTY_RESPONSE, ERR_CONNECTION_CLOSED',
    pattern: /\bERR_EMPTY_RESPONSE\b|\bERR_CONNECTION_CLOSED\b/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [wrong.noReset],
    next: next.server,
  },
];
