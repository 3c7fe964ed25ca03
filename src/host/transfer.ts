import type { Connection, PendingError } from '../tcp/connection.ts';
import type { Errno } from '../tcp/errno.ts';
import { isAwaitingSpace } from '../tcp/send-memory.ts';
import { receive, send } from '../tcp/user-calls.ts';
import type { Call, Outcome } from './call.ts';
import { READ_AGAIN, socketError, SocketError, type Syscall, WRITE_AGAIN } from './socket-error.ts';
import type { Socket } from './socket.ts';

export interface ReadFlags {
  /** MSG_PEEK: the bytes stay. */
  readonly peek?: boolean;
  /** MSG_DONTWAIT. */
  readonly dontWait?: boolean;
}

export interface WriteFlags {
  /** MSG_DONTWAIT. */
  readonly dontWait?: boolean;
  /** MSG_NOSIGNAL: EPIPE without SIGPIPE. */
  readonly noSignal?: boolean;
  /** MSG_MORE: more follows at once. */
  readonly more?: boolean;
  /** MSG_EOR: no later text shares a segment with this. */
  readonly endOfRecord?: boolean;
  /** MSG_OOB: the last byte is urgent. */
  readonly urgent?: boolean;
}

export const read = (socket: Socket, into: Uint8Array, flags: ReadFlags): Call<number> => {
  mustBeBytes('read', into);
  if (socket.phase === 'closed') return socket.fails('read', 'EBADF');
  const mayBlock = !socket.nonBlocking && flags.dontWait !== true;
  const attempt = (now: number): Outcome<number> | undefined =>
    tryToRead(socket, into, flags.peek === true, now);
  return socket.perform(attempt, mayBlock ? undefined : READ_AGAIN);
};

const tryToRead = (
  { connection: c }: Socket,
  into: Uint8Array,
  peek: boolean,
  now: number,
): Outcome<number> | undefined => {
  if (c === undefined) return new SocketError('read', 'ENOTCONN');
  if (peek && c.receiveBuffer.readable > 0) return c.receiveBuffer.peek(into, 0, into.length);
  const { error } = c;
  const taken = receive(c, into, 0, into.length, now);
  if (typeof taken === 'number') return taken;
  return taken === 'EAGAIN' ? undefined : failure('read', taken, c, error);
};

export const write = (socket: Socket, bytes: Uint8Array, flags: WriteFlags): Call<number> => {
  mustBeBytes('write', bytes);
  if (socket.phase === 'closed') return socket.fails('write', 'EBADF');
  const writing = { socket, bytes, flags, taken: 0, blocks: false };
  const mayBlock = !socket.nonBlocking && flags.dontWait !== true;
  const attempt = (now: number): Outcome<number> | undefined => tryToWrite(writing, mayBlock, now);
  return socket.perform(attempt, mayBlock ? undefined : WRITE_AGAIN);
};

interface Writing {
  readonly socket: Socket;
  readonly bytes: Uint8Array;
  readonly flags: WriteFlags;
  /** Bytes so far; a call that blocks goes on until all are taken. */
  taken: number;
  /** It waits until it is told of enough room, not of any. */
  blocks: boolean;
}

const tryToWrite = (writing: Writing, all: boolean, now: number): Outcome<number> | undefined => {
  const { socket, bytes, flags } = writing;
  const c = socket.connection;
  if (c === undefined) return brokenPipe(writing);
  if (writing.blocks && isAwaitingSpace(c)) return undefined;
  writing.blocks = all;
  const { error } = c;
  const { urgent, more, endOfRecord } = flags;
  const rest = bytes.length - writing.taken;
  const sent = send(c, bytes, writing.taken, rest, now, urgent, more, endOfRecord);
  if (typeof sent === 'number') {
    writing.taken += sent;
    return writing.taken === bytes.length || !all ? writing.taken : undefined;
  }
  if (sent === 'EAGAIN') return writing.taken > 0 && !all ? writing.taken : undefined;
  // What was taken is told first; the error waits for the next call (do_error in tcp_sendmsg_locked).
  if (writing.taken > 0) {
    c.error ??= error;
    return writing.taken;
  }
  return sent === 'EPIPE' ? brokenPipe(writing) : failure('write', sent, c, error);
};

/** EPIPE, and SIGPIPE before it unless MSG_NOSIGNAL forbids; who dies of that gets no answer. */
const brokenPipe = ({ socket, flags }: Writing): Outcome<number> | undefined => {
  const error = socket.connection?.endedBy;
  if (flags.noSignal !== true && !socket.process.raise('SIGPIPE')) return undefined;
  return new SocketError('write', 'EPIPE', error);
};

const failure = (
  syscall: Syscall,
  errno: Errno,
  c: Connection,
  pending: PendingError | undefined,
): SocketError => {
  if (pending?.errno === errno) return socketError(syscall, pending);
  return new SocketError(syscall, errno, c.endedBy);
};

const mustBeBytes = (syscall: Syscall, bytes: unknown): void => {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${syscall} wants a Uint8Array, not ${typeof bytes}`);
  }
};
