import type { Errno } from '../tcp/errno.ts';
import type { PendingError } from '../tcp/connection.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';

/** The system calls of the sockets API, by the names that errors carry. */
export type Syscall =
  | 'accept'
  | 'bind'
  | 'close'
  | 'connect'
  | 'getpeername'
  | 'getsockname'
  | 'getsockopt'
  | 'listen'
  | 'poll'
  | 'read'
  | 'setsockopt'
  | 'shutdown'
  | 'write';

/** What a call of the sockets API fails with: `read ECONNRESET`. */
export class SocketError extends Error {
  readonly code: Errno;
  readonly syscall: Syscall;
  /** The reset behind it, where one was. */
  readonly reset?: ResetEvent;

  constructor(syscall: Syscall, code: Errno, reset?: ResetEvent) {
    super(`${syscall} ${code}`);
    this.name = 'SocketError';
    this.code = code;
    this.syscall = syscall;
    if (reset !== undefined) this.reset = reset;
  }
}

export const socketError = (syscall: Syscall, { errno, reset }: PendingError): SocketError =>
  new SocketError(syscall, errno, reset);

/** What a non-blocking call comes to: one for all, since a busy program meets it all the time. */
export const READ_AGAIN = new SocketError('read', 'EAGAIN');
export const WRITE_AGAIN = new SocketError('write', 'EAGAIN');
export const ACCEPT_AGAIN = new SocketError('accept', 'EAGAIN');
export const CONNECT_IN_PROGRESS = new SocketError('connect', 'EINPROGRESS');
export const CONNECT_ALREADY = new SocketError('connect', 'EALREADY');
