import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** OpenSSL's and OpenSSH's own words. */
export const TLS_AND_SSH: readonly ErrorText[] = [
  {
    id: 'openssl-syscall-reset',
    name: 'OpenSSL: SSL_ERROR_SYSCALL, errno 104',
    pattern:
      /SSL_ERROR_SYSCALL,? (?:with )?errno[ =:]{1,2}104|\b(?:read|write|connect):errno=104\b/i,
    wire: 'reset',
    happened: happened.reset,
    canMean: [...causes.tls, 'keepalive-race', 'middlebox-idle-timeout'],
    cannotMean: [wrong.notHangUp],
    next: next.here,
  },
  {
    id: 'openssl-syscall',
    name: 'OpenSSL: SSL_ERROR_SYSCALL',
    pattern: /\bSSL_ERROR_SYSCALL\b/,
    wire: 'either',
    happened: text(
      'A call of the socket failed or returned EOF under TLS. errno 0: FIN without close_notify. errno 104: a reset.',
      'TLS 之下的套接字调用失败或返回 EOF。errno 0 是没有 close_notify 的 FIN，errno 104 是 RST。',
    ),
    canMean: [...causes.tls, 'closed-before-response'],
    cannotMean: [text('It is not an alert of TLS.', '它不是 TLS 告警。')],
    next: next.here,
  },
  {
    id: 'openssl-unexpected-eof',
    name: 'OpenSSL: unexpected eof while reading',
    pattern: /unexpected eof while reading|EOF occurred in violation of protocol|\bSSLEOFError\b/i,
    wire: 'fin',
    happened: text(
      'FIN without the close_notify of TLS before it. OpenSSL 3 reports as an error what older versions let pass.',
      'FIN 之前没有 TLS 的 close_notify。旧版本放过的情形，OpenSSL 3 报为错误。',
    ),
    canMean: ['closed-before-response', 'tls-rejected', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'ssh-kex-reset',
    name: 'ssh: kex_exchange_identification: read: Connection reset by peer',
    pattern: /(?:kex|ssh)_exchange_identification: read: Connection reset by peer/,
    wire: 'reset',
    happened: text(
      'A reset came before the server’s banner. In a server’s log: the client was reset, mostly a health check or a scanner.',
      '服务端的标识串还没来就收到 RST。若在服务端日志里：是客户端重置的，多半是健康检查或扫描。',
    ),
    canMean: [
      'linger-zero',
      'close-with-unread-data',
      'firewall-reject',
      'health-check',
      'mass-restart',
    ],
    cannotMean: [
      text(
        'It is not a wrong key or password: those come later.',
        '它不是密钥或密码错误：那是后面的事。',
      ),
    ],
    next: next.here,
    more: text(
      'Look at `MaxStartups`, `PerSourceMaxStartups`, fail2ban, and a port forward without a listener.',
      '检查 `MaxStartups`、`PerSourceMaxStartups`、fail2ban，以及目标没人监听的端口转发。',
    ),
  },
  {
    id: 'ssh-kex-closed',
    name: 'ssh: kex_exchange_identification: Connection closed by remote host',
    pattern: /(?:kex|ssh)_exchange_identification: Connection closed by remote host/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['closed-before-response', 'health-check'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'Look at `MaxStartups`, `PerSourceMaxStartups`, hosts.deny, fail2ban.',
      '检查 `MaxStartups`、`PerSourceMaxStartups`、hosts.deny、fail2ban。',
    ),
  },
  {
    id: 'ssh-broken-pipe',
    name: 'ssh: client_loop: send disconnect: Broken pipe',
    pattern:
      /client_loop: send disconnect: (?:Broken pipe|Connection reset(?: by peer)?)|packet_write_wait: [^\n]{0,80}Broken pipe/,
    wire: 'reset',
    happened: text(
      'The session was idle, and something had forgotten it; the next keystroke was answered by a reset.',
      '会话空闲期间被某处遗忘，下一次按键换来了 RST。',
    ),
    canMean: ['middlebox-idle-timeout', 'half-open-restart', 'mass-restart'],
    cannotMean: [wrong.notFirstWrite],
    next: next.here,
    more: text(
      '`ServerAliveInterval 60` in `~/.ssh/config`.',
      '在 `~/.ssh/config` 里设 `ServerAliveInterval 60`。',
    ),
  },
];
