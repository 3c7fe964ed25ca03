import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** Python: sockets, http.client, requests and urllib3, aiohttp, httpx, gunicorn. */
export const PYTHON: readonly ErrorText[] = [
  {
    id: 'python-connection-reset',
    name: 'Python: ConnectionResetError: [Errno 104]',
    pattern:
      /\b(?:ConnectionResetError|ClientOSError)\b(?:(?:: )?[[(](?:Errno |WinError )?(?:104|54|10054)[^\n]{0,80}?(?:reset by peer|remote host)'?\)?)?/,
    wire: 'reset',
    code: 'ECONNRESET',
    happened: happened.reset,
    canMean: causes.reset,
    cannotMean: [wrong.notHangUp, wrong.notServerCrash],
    next: next.here,
  },
  {
    id: 'python-broken-pipe',
    name: 'Python: BrokenPipeError: [Errno 32]',
    pattern: /\bBrokenPipeError\b(?:(?:: )?[[(](?:Errno )?32[^\n]{0,40}?Broken pipe'?\)?)?/,
    wire: 'reset',
    code: 'EPIPE',
    happened: happened.brokenPipe,
    canMean: causes.brokenPipe,
    cannotMean: [wrong.notFirstWrite],
    next: next.here,
    more: text(
      'With standard output it is no socket at all: `program | head` ends so.',
      '若发生在标准输出上，与套接字无关：`program | head` 就会这样结束。',
    ),
  },
  {
    id: 'python-remote-disconnected',
    name: "Python: RemoteDisconnected('Remote end closed connection without response')",
    pattern:
      /\bRemoteDisconnected\b(?:(?:\('|: )Remote end closed connection without response)?|Remote end closed connection without response/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [
      wrong.noReset,
      text(
        'RemoteDisconnected is a subclass of ConnectionResetError, but no reset is meant: read returned EOF.',
        'RemoteDisconnected 虽是 ConnectionResetError 的子类，却不代表 RST：read 返回的是 EOF。',
      ),
    ],
    next: next.server,
  },
  {
    id: 'python-connection-aborted-tuple',
    name: "Python, requests: ('Connection aborted.', …)",
    pattern: /\('Connection aborted\.'/,
    wire: 'either',
    wrapper: true,
    happened: text(
      'urllib3 wraps what happened; the second element of the pair says what: RemoteDisconnected is a FIN, ConnectionResetError a reset.',
      'urllib3 把真正的错误包了一层；看括号里的第二个元素：RemoteDisconnected 是 FIN，ConnectionResetError 是 RST。',
    ),
    canMean: [...causes.hangUp, 'close-with-unread-data', 'early-response'],
    cannotMean: [text('“Aborted” is not ECONNABORTED.', '这里的“aborted”不是 ECONNABORTED。')],
    next: next.here,
  },
  {
    id: 'python-connection-aborted-error',
    name: 'Python: ConnectionAbortedError',
    pattern: /\bConnectionAbortedError\b(?:: \[(?:Errno|WinError) \d{1,5}\])?/,
    wire: 'local',
    code: 'ECONNABORTED',
    happened: text(
      'The connection was given up on this machine. On Linux `ss -K` or an agent destroyed the socket (errno 103); on Windows (10053) the local stack or a security program did, often after retransmissions without an answer.',
      '连接是在本机被放弃的。Linux 上是 `ss -K` 或某个代理销毁了套接字（errno 103）；Windows 上（10053）是本机协议栈或安全软件所为，常在重传得不到应答之后。',
    ),
    canMean: ['destroyed', 'retransmission-timeout'],
    cannotMean: [text('The other end did not send a reset.', '不是对端发来 RST。')],
    next: next.here,
  },
  {
    id: 'python-incomplete-read',
    name: 'Python: IncompleteRead',
    pattern:
      /\bIncompleteRead\(\d{1,15} bytes read(?:, \d{1,15} more expected)?\)|\bhttp\.client\.IncompleteRead\b|peer closed connection without sending complete message body/,
    wire: 'fin',
    happened: happened.cutShort,
    canMean: ['mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'aiohttp-server-disconnected',
    name: 'Python, aiohttp: ServerDisconnectedError',
    pattern: /\bServerDisconnectedError\b(?:: Server disconnected)?/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [
      wrong.noReset,
      text(
        'A real reset is `ClientOSError: [Errno 104]` in aiohttp.',
        '在 aiohttp 里，真正的 RST 是 `ClientOSError: [Errno 104]`。',
      ),
    ],
    next: next.server,
    more: text(
      '`TCPConnector(keepalive_timeout=…)` below the server’s idle timeout (default 15 s).',
      '把 `TCPConnector(keepalive_timeout=…)`（默认 15 s）设得比服务端的空闲超时短。',
    ),
  },
  {
    id: 'httpx-server-disconnected',
    name: 'Python, httpx: Server disconnected without sending a response',
    pattern: /Server disconnected without sending a response/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'python-refused',
    name: 'Python: [Errno 111] Connection refused',
    pattern:
      /\bConnectionRefusedError\b(?:: \[Errno \d{1,5}\][^\n]{0,60})?|\[Errno (?:111|61)\] Connect(?:ion refused| call failed)[^\n]{0,60}/,
    wire: 'refused',
    code: 'ECONNREFUSED',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
  {
    id: 'python-timed-out',
    name: 'Python: timed out',
    pattern:
      /\b(?:ConnectTimeout(?:Error)?|ReadTimeout(?:Error)?|TimeoutError)\b(?:: (?:\[Errno 110\] )?[^\n]{0,80})?/,
    wire: 'silence',
    code: 'ETIMEDOUT',
    happened: happened.silence,
    canMean: ['connect-timeout', ...causes.silence, 'client-abort'],
    cannotMean: [text('The other end did not reset it.', '不是对端重置的。')],
    next: next.withIcmp,
    more: text(
      '`[Errno 110]` is the kernel’s patience; without it, the timeout is this program’s.',
      '带 `[Errno 110]` 是内核放弃；不带则是本程序自己的超时。',
    ),
  },
  {
    id: 'gunicorn-worker-timeout',
    name: 'gunicorn: WORKER TIMEOUT',
    pattern: /\bWORKER TIMEOUT\b/,
    wire: 'local',
    happened: text(
      'gunicorn killed a worker that did not answer within `--timeout` (30 s). The kernel closed its sockets: FIN where all was read, a reset where not.',
      'gunicorn 杀掉了在 `--timeout`（30 s）内没有响应的 worker。它的套接字由内核关闭：数据都读过的发 FIN，没读完的发 RST。',
    ),
    canMean: ['closed-before-response', 'close-with-unread-data', 'mass-restart'],
    cannotMean: [wrong.notNetwork],
    next: next.server,
  },
];
