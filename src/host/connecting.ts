import type { Endpoint, IpAddress } from '../wire/ip-address.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Connection } from '../tcp/connection.ts';
import { abort } from '../tcp/ending.ts';
import { initialSequenceNumber, timestampOffset } from '../tcp/initial-sequence-number.ts';
import type { Errno } from '../tcp/errno.ts';
import { mayReuse, reopeningIss } from '../tcp/time-wait.ts';
import { open } from '../tcp/user-calls.ts';
import type { Call, Outcome } from './call.ts';
import { chooseEphemeralPort } from './ephemeral-port.ts';
import { stopListening } from './listening.ts';
import { Path } from './path.ts';
import { isGroup, isLoopback } from './socket-address.ts';
import { CONNECT_ALREADY, CONNECT_IN_PROGRESS, socketError, SocketError } from './socket-error.ts';
import { applyOptions, partsOf } from './socket-options.ts';
import type { Socket } from './socket.ts';
import type { Stack } from './stack.ts';

/** __inet_stream_connect. */
export const connect = (socket: Socket, remote: Endpoint): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('connect', 'EBADF');
  if (socket.phase === 'listening' || socket.phase === 'connected') {
    return socket.fails('connect', 'EISCONN');
  }
  const isAgain = socket.phase === 'connecting';
  const attempt = (now: number): Outcome<0> | undefined => {
    if (socket.phase === 'unconnected') {
      const errno = begin(socket, remote, now);
      if (errno !== undefined) return new SocketError('connect', errno);
      socket.phase = 'connecting';
    }
    return progress(socket);
  };
  const notYet = isAgain ? CONNECT_ALREADY : CONNECT_IN_PROGRESS;
  return socket.perform(attempt, socket.nonBlocking ? notYet : undefined);
};

/** Undefined while the SYN is not answered. A failed socket can connect anew. */
const progress = (socket: Socket): Outcome<0> | undefined => {
  const c = socket.connection;
  if (c === undefined) throw new Error('nothing was begun');
  if (c.state === 'SYN-SENT' || c.state === 'SYN-RECEIVED') return undefined;
  if (c.state !== 'CLOSED') {
    socket.phase = 'connected';
    return 0;
  }
  socket.phase = 'unconnected';
  const { error } = c;
  c.error = undefined;
  return error === undefined
    ? new SocketError('connect', 'ECONNABORTED', c.endedBy)
    : socketError('connect', error);
};

/** Sends the SYN; an errno where there is none to send. */
const begin = (socket: Socket, remote: Endpoint, now: number): Errno | undefined => {
  const { stack } = socket;
  if (remote.address.version === 6 && socket.family === 'inet') return 'EAFNOSUPPORT';
  if (stack.isDown) return 'ENETDOWN';
  if (isGroup(remote.address)) return 'ENETUNREACH';
  const address = sourceOf(socket, remote.address);
  if (address === undefined) return 'ENETUNREACH';
  const target = remote.address.isUnspecified ? { address, port: remote.port } : remote;
  const port = socket.binding?.port ?? chooseEphemeralPort(stack, address, target, now);
  if (port === undefined) return 'EADDRNOTAVAIL';
  const path = new Path({ address, port }, target, 0);
  const predecessor = clearTheWay(stack, path, socket.binding !== undefined, now);
  if (predecessor === 'taken') return 'EADDRNOTAVAIL';
  start(socket, path, predecessor, now);
  return undefined;
};

/** The bound address, or the host's first of that family. */
const sourceOf = ({ binding, stack }: Socket, remote: IpAddress): IpAddress | undefined => {
  if (binding?.address !== undefined) {
    return binding.address.version === remote.version ? binding.address : undefined;
  }
  return stack.parts.addresses.find(({ version }) => version === remote.version);
};

/** What a new connection takes over from the TIME-WAIT that was in its place. */
interface Predecessor {
  readonly iss: number;
  readonly tsRecent: number;
  readonly tsRecentAtMs: number;
}

/** Whether the four-tuple is free; a TIME-WAIT that may be reused ends here (tcp_twsk_unique). */
const clearTheWay = (
  stack: Stack,
  path: Path,
  isBound: boolean,
  now: number,
): Predecessor | undefined | 'taken' => {
  const key = stack.keyOf(path);
  if (stack.table.find(key) !== undefined) return 'taken';
  const place = stack.timeWaits.find(key);
  if (place === -1) return undefined;
  const timeWait = stack.timeWaits.load(place);
  const isLocal = isLoopback(path.local.address) || isLoopback(path.remote.address);
  // A port that was bound by name is taken over without the sysctl's leave, timestamps given.
  const isFree = isBound
    ? timeWait.timestamps && timeWait.state === 'TIME-WAIT'
    : mayReuse(timeWait, stack.settings, isLocal, now);
  if (!isFree) return 'taken';
  const { tsRecent, tsRecentAtMs } = timeWait;
  const predecessor = { iss: reopeningIss(timeWait), tsRecent, tsRecentAtMs };
  stack.endTimeWait(place, 'closed');
  return predecessor;
};

const start = (
  socket: Socket,
  path: Path,
  predecessor: Predecessor | undefined,
  now: number,
): void => {
  const { stack, options } = socket;
  const { secret, mtu } = stack.parts;
  const cause = refusalOf(stack, path);
  const configure = (c: Connection): void => {
    applyOptions(options, c);
    c.handshakeResetCause = cause;
    if (predecessor === undefined) return;
    c.tsRecent = predecessor.tsRecent;
    c.tsRecentAtMs = predecessor.tsRecentAtMs;
  };
  const iss =
    options.initialSequence ?? predecessor?.iss ?? initialSequenceNumber(secret, path, now);
  const parts = {
    ...partsOf(options, stack.settings),
    iss,
    tsOffset: timestampOffset(secret, path, stack.settings),
    pathMtu: mtu,
    configure,
  };
  if (options.initialSequence !== undefined) socket.ownOptions().initialSequence = undefined;
  const attachment = stack.attach(path, options.reuseAddress);
  attachment.waiter = socket;
  socket.attachment = attachment;
  stack.connect(attachment, open(path, stack.settings, stack.egress, parts, now));
};

/** Why an acknowledgement that is not of our SYN would be refused, by what was on this four-tuple. */
const refusalOf = (stack: Stack, path: Path): CauseId => {
  const ending = stack.obituaries.endingOf(stack.keyOf(path));
  if (ending === 'lost') return 'four-tuple-reuse';
  return ending === 'closed' ? 'time-wait-collision' : 'handshake-ack-unacceptable';
};

/** connect(2) to AF_UNSPEC (tcp_disconnect); a listener stops to listen. */
export const disconnect = (socket: Socket): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('connect', 'EBADF');
  return socket.perform((now) => {
    if (socket.phase === 'listening') stopListening(socket, now);
    else if (socket.connection !== undefined) abort(socket.connection, 'disconnect', now);
    socket.phase = 'unconnected';
    return 0;
  });
};
