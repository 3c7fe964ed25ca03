import type { CauseId } from './ids.ts';
import type { Match, Outcome, Role, SocketOption, Step } from './scenario.ts';
import type { Text } from './text.ts';

/** Steps that many scenarios have in common. Sockets: `listener`, `client`, `server`. */

export const REQUEST = 'GET /report HTTP/1.1\r\nHost: app.test\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** A request with a body of 900 bytes. */
export const ORDER = `POST /orders HTTP/1.1\r\nHost: app.test\r\nContent-Length: 900\r\n\r\n${'o'.repeat(900)}`;

/** Different calls, one trace on the wire: an active abort by the application or the kernel. */
export const ABORTS: readonly CauseId[] = ['linger-zero', 'disconnect', 'destroyed'];
/** A bare reset in the middle of a connection, by a host or by whoever stands before it. */
export const STATELESS: readonly CauseId[] = [
  'half-open-restart',
  'repeated-reset',
  'firewall-reject',
  'middlebox-idle-timeout',
];
/** What an abort by an application never looks like. */
export const NO_ABORT: readonly CauseId[] = [
  'closed-port',
  'half-open-restart',
  'keepalive-timeout',
];
/** What an answer by a host without a socket never looks like. */
export const NO_REPLY: readonly CauseId[] = [
  'linger-zero',
  'close-with-unread-data',
  'closed-port',
];

export const SYN: Match = { flags: ['SYN'] };
export const SYN_ACK: Match = { flags: ['SYN', 'ACK'] };
/** An acknowledgment towards the server, and nothing else. */
export const CLIENT_ACK: Match = { toward: 'server', flags: ['ACK'], text: false };

/** What each end is called within a sentence. */
export const ROLE_NAME: Readonly<Record<Role, Text>> = {
  client: { en: 'client', zh: '客户端' },
  server: { en: 'server', zh: '服务端' },
};

export const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');

export const wait = (ms: number): Step => ({ do: 'wait', ms });

export const listen = (port: number, backlog = 16): Step => ({
  do: 'listen',
  on: 'server',
  socket: 'listener',
  port,
  backlog,
});

export const connect = (port: number, socket = 'client', expect: Outcome = 'ok'): Step => ({
  do: 'connect',
  on: 'client',
  socket,
  port,
  expect,
});

export const accept = (socket = 'server'): Step => ({ do: 'accept', listener: 'listener', socket });

export const write = (socket: string, text: string | number, expect?: Outcome): Step => ({
  do: 'write',
  socket,
  text,
  expect: expect ?? (typeof text === 'number' ? text : text.length),
});

export const read = (socket: string, expect: Outcome): Step => ({ do: 'read', socket, expect });

export const close = (socket: string): Step => ({ do: 'close', socket, expect: 'ok' });

export const shutdown = (socket: string, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Step => ({
  do: 'shutdown',
  socket,
  how,
  expect: 'ok',
});

export const option = (socket: string, name: string, ...value: number[]): Step => ({
  do: 'setsockopt',
  socket,
  name,
  value: value.length === 1 ? (value[0] ?? 0) : value,
});

/** close() while a sysctl of its host ends in this number, and no longer. */
export const closeUnder = (socket: string, name: string, last: number): Step => ({
  do: 'close',
  socket,
  expect: 'ok',
  under: { name, last },
});

/** close() with SO_LINGER on and zero seconds. */
export const abort = (socket: string): readonly Step[] => [
  option(socket, 'SO_LINGER', 1, 0),
  close(socket),
];

export const keepalive = (socket: string, idle: number, every: number, probes: number): Step[] => [
  option(socket, 'SO_KEEPALIVE', 1),
  option(socket, 'TCP_KEEPIDLE', idle),
  option(socket, 'TCP_KEEPINTVL', every),
  option(socket, 'TCP_KEEPCNT', probes),
];

/** A listener, and one connection to it with both ends in hand. */
export const connected = (port: number): readonly Step[] => [listen(port), connect(port), accept()];

/** The same when nobody listens on the port any more. */
export const connectedAlone = (port: number): readonly Step[] => [
  ...connected(port),
  close('listener'),
];

/** A connection whose client has a small receive buffer. */
export const SMALL_BUFFER: SocketOption = { name: 'SO_RCVBUF', value: 4096 };

/** One request and its answer, both read. */
export const exchange = (
  client = 'client',
  server = 'server',
  request = REQUEST,
  answer = ANSWER,
): readonly Step[] => [
  write(client, request),
  read(server, request.length),
  write(server, answer),
  read(client, answer.length),
];

/** Both ends close in good order, the client first. */
export const orderlyEnd = (client = 'client', server = 'server'): readonly Step[] => [
  close(client),
  read(server, 'EOF'),
  close(server),
  wait(60),
];
