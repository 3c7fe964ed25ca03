import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { happened, next, wrong } from './recurring.ts';

/** MySQL, PostgreSQL, Redis, MongoDB and their drivers. */
export const DATABASES: readonly ErrorText[] = [
  {
    id: 'mysql-gone-away',
    name: 'MySQL: server has gone away (2006)',
    pattern: /MySQL server has gone away|\bER_SERVER_GONE_ERROR\b/i,
    wire: 'either',
    happened: text(
      'A query was sent on a connection that the server had closed before, mostly by its idle timer. The FIN came long ago; now a write or a reset showed it.',
      '查询发到了一条服务端早已关闭的连接上，多半是空闲超时所致。FIN 早就到了，现在的写操作或 RST 才让它暴露。',
    ),
    canMean: [
      'keepalive-race',
      'data-after-close',
      'middlebox-idle-timeout',
      'mass-restart',
      'early-response',
    ],
    cannotMean: [
      text(
        'The server need not have gone: it closed this connection.',
        '服务器未必“走了”：它只是关闭了这条连接。',
      ),
    ],
    next: next.here,
    more: text(
      'Compare the idle time with `wait_timeout` (28800 s), the size of the query with `max_allowed_packet`; validate connections on checkout.',
      '对照空闲时长与 `wait_timeout`（28800 s）、查询大小与 `max_allowed_packet`；取出连接时先校验。',
    ),
  },
  {
    id: 'mysql-lost-connection',
    name: 'MySQL: Lost connection to MySQL server (2013)',
    pattern: /Lost connection to (?:MySQL|server)[^\n]{0,80}/i,
    wire: 'either',
    happened: text(
      'The connection ended while the client waited for an answer: by FIN, by reset, or by the client’s own `net_read_timeout`.',
      '客户端等待应答时连接断了：可能是 FIN，可能是 RST，也可能是客户端自己的 `net_read_timeout`。',
    ),
    canMean: [
      'mass-restart',
      'middlebox-idle-timeout',
      'closed-before-response',
      'retransmission-timeout',
    ],
    cannotMean: [wrong.noReset],
    next: next.here,
    more: text(
      '“reading initial communication packet”: it never began; a firewall, `max_connections`, or a proxy without a backend.',
      '“reading initial communication packet”：还没开始就断了，查防火墙、`max_connections`，或没有后端的代理。',
    ),
  },
  {
    id: 'mysql-node-connection-lost',
    name: 'Node.js mysql: PROTOCOL_CONNECTION_LOST',
    pattern: /\bPROTOCOL_CONNECTION_LOST\b|Connection lost: The server closed the connection/,
    wire: 'fin',
    code: 'PROTOCOL_CONNECTION_LOST',
    happened: text(
      'The server closed the connection with FIN, while it was idle or in use.',
      '服务端以 FIN 关闭了连接，当时可能空闲，也可能在用。',
    ),
    canMean: ['keepalive-race', 'mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'mysql2 pool: `idleTimeout` and `maxIdle` below the server’s `wait_timeout`, `enableKeepAlive: true`.',
      'mysql2 连接池：`idleTimeout`、`maxIdle` 设得小于服务端 `wait_timeout`，并开 `enableKeepAlive: true`。',
    ),
  },
  {
    id: 'postgres-closed-unexpectedly',
    name: 'PostgreSQL: server closed the connection unexpectedly',
    pattern: /server closed the connection unexpectedly/i,
    wire: 'either',
    happened: happened.either,
    canMean: ['mass-restart', 'closed-before-response', 'middlebox-idle-timeout', 'keepalive-race'],
    cannotMean: [
      text(
        '“This probably means the server terminated abnormally” is libpq’s guess; a balancer’s or a firewall’s end looks the same.',
        '“This probably means the server terminated abnormally”只是 libpq 的猜测；负载均衡或防火墙断开的样子完全相同。',
      ),
    ],
    next: next.here,
  },
  {
    id: 'postgres-client-reset',
    name: 'PostgreSQL log: could not receive data from client: Connection reset by peer',
    pattern:
      /could not (?:receive|send) data (?:from|to) client: (?:Connection reset by peer|Broken pipe)/i,
    wire: 'reset',
    happened: text(
      'The client left with a reset: it died or closed with results unread.',
      '客户端以 RST 离开：它死了，或没读完结果就关闭了。',
    ),
    canMean: [
      'client-abort',
      'close-with-unread-data',
      'mass-restart',
      'health-check',
      'middlebox-idle-timeout',
    ],
    cannotMean: [text('It is not an error of the server.', '它不是服务端的错误。')],
    next: next.here,
  },
  {
    id: 'postgres-client-eof',
    name: 'PostgreSQL log: unexpected EOF on client connection',
    pattern: /unexpected EOF on client connection/i,
    wire: 'fin',
    happened: text(
      'The client closed with FIN without saying goodbye in the protocol.',
      '客户端没有按协议道别，直接以 FIN 关闭。',
    ),
    canMean: ['client-abort', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'postgres-node-terminated',
    name: 'Node.js pg: Connection terminated unexpectedly',
    pattern:
      /Connection terminated unexpectedly|SSL SYSCALL error: EOF detected|SSL connection has been closed unexpectedly/i,
    wire: 'fin',
    happened: text(
      'The connection ended with FIN and without a message of the protocol.',
      '连接以 FIN 结束，之前没有协议层的消息。',
    ),
    canMean: ['mass-restart', 'keepalive-race', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'An administrator’s shutdown would say `terminating connection due to administrator command` (57P01). pg pool: `idleTimeoutMillis`, `keepAlive: true`.',
      '管理员停机会说 `terminating connection due to administrator command`（57P01）。pg 连接池：`idleTimeoutMillis`、`keepAlive: true`。',
    ),
  },
  {
    id: 'redis-connection-reset',
    name: 'Redis: Connection reset by peer',
    pattern:
      /(?:redis[^\n]{0,200}|Error while reading from [^\n]{0,80}: ?\(?104[^\n]{0,8})Connection reset by peer|Reading from client: Connection reset by peer/i,
    wire: 'reset',
    happened: happened.reset,
    canMean: [
      'middlebox-idle-timeout',
      'mass-restart',
      'keepalive-race',
      'close-with-unread-data',
      'client-abort',
    ],
    cannotMean: [wrong.notHangUp],
    next: next.here,
    more: text(
      'Idle for 600 s: Azure’s limit. Under load: `client-output-buffer-limit`. “Reading from client” in the server’s log is a client that left.',
      '空闲 600 s：Azure 的上限。负载高时：`client-output-buffer-limit`。服务端日志里的“Reading from client”是客户端走了。',
    ),
  },
  {
    id: 'redis-closed',
    name: 'Redis: Connection closed by server, Server closed the connection',
    pattern: /Connection closed by server\b|\bServer closed the connection\b/i,
    wire: 'fin',
    happened: text(
      'The server closed with FIN: its `timeout`, `maxclients`, an output limit, `CLIENT KILL`, or a restart.',
      '服务端以 FIN 关闭：`timeout`、`maxclients`、输出缓冲上限、`CLIENT KILL`，或重启。',
    ),
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
];
