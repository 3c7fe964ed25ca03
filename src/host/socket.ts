import type { Endpoint } from '../wire/ip-address.ts';
import type { Connection } from '../tcp/connection.ts';
import type { State } from '../tcp/state.ts';
import type { Attachment, Waiter } from './attachment.ts';
import { type Call, type Outcome, SettledCall, WaitingCall } from './call.ts';
import { close, shutdown } from './closing.ts';
import { connect, disconnect } from './connecting.ts';
import type { Listener } from './listener.ts';
import { accept, bind, listen } from './listening.ts';
import { getOption, type OptionValue, setOption } from './option-calls.ts';
import type { Binding } from './ports.ts';
import type { Process } from './process.ts';
import {
  endpointOf,
  type Family,
  shownTo,
  type SocketAddress,
  wildcardOf,
} from './socket-address.ts';
import { SocketError, type Syscall } from './socket-error.ts';
import { type Linger, type NumericOption, SocketOptions } from './socket-options.ts';
import type { Stack } from './stack.ts';
import { read, type ReadFlags, write, type WriteFlags } from './transfer.ts';

/**
 * One TCP socket as its application sees it. Calls that block settle later, unless `nonBlocking`;
 * errors are told as Linux tells them: the errno of an event once, then end of file and EPIPE. What
 * Linux would call nonsense comes back as an errno; what JavaScript could not even say in C (a port
 * of 70000, bytes that are none) throws.
 */
export class Socket implements Waiter {
  readonly process: Process;
  readonly family: Family;
  /** O_NONBLOCK. */
  nonBlocking = false;
  /** For the files of this floor alone, as all that follows. */
  readonly stack: Stack;
  phase: 'unconnected' | 'listening' | 'connecting' | 'connected' | 'closed' = 'unconnected';
  options: SocketOptions;
  binding: Binding | undefined = undefined;
  listener: Listener | undefined = undefined;
  attachment: Attachment | undefined = undefined;
  /** Told, in the midst of an input, that something may have happened here (as by epoll(7)). */
  watcher: Waiter | undefined = undefined;
  private hasOwnOptions = false;
  private waiting: readonly Waiting[] = NOBODY;

  /** `inherited`: of the listener that it is accepted from. */
  constructor(process: Process, stack: Stack, family: Family, inherited?: SocketOptions) {
    this.process = process;
    this.stack = stack;
    this.family = family;
    this.options = inherited ?? DEFAULTS;
  }

  /** bind(2): EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL. Port 0: any free one. */
  bind(address: SocketAddress): Call<0> {
    return bind(this, endpointOf(address));
  }

  /** listen(2): EADDRINUSE, EINVAL. A second call changes the backlog. */
  listen(backlog = 4096): Call<0> {
    return listen(this, backlog);
  }

  /** accept(2): EAGAIN, EINVAL. The new socket belongs to the same process, and blocks. */
  accept(): Call<Socket> {
    return accept(this);
  }

  /** connect(2): EINPROGRESS, EALREADY, EISCONN, ECONNREFUSED, ETIMEDOUT, … */
  connect(address: SocketAddress): Call<0> {
    return connect(this, endpointOf(address));
  }

  /** connect(2) to AF_UNSPEC: resets the connection; the socket can be used again. */
  disconnect(): Call<0> {
    return disconnect(this);
  }

  /** read(2), recv(2): how many bytes came, 0 at the end of file; EAGAIN, ECONNRESET, ENOTCONN, … */
  read(into: Uint8Array, flags: ReadFlags = {}): Call<number> {
    return read(this, into, flags);
  }

  /** write(2), send(2): how many bytes were taken, all if it blocks; EAGAIN, EPIPE, ECONNRESET, … */
  write(bytes: Uint8Array, flags: WriteFlags = {}): Call<number> {
    return write(this, bytes, flags);
  }

  /** shutdown(2): ENOTCONN. Never a reset, whatever SO_LINGER says. */
  shutdown(how: 'read' | 'write' | 'both'): Call<0> {
    return shutdown(this, how);
  }

  /** close(2). With SO_LINGER of some seconds it blocks, even if the socket is non-blocking. */
  close(): Call<0> {
    return close(this);
  }

  /** setsockopt(2): EINVAL, EISCONN … */
  setsockopt(name: 'SO_LINGER', value: Linger): Call<0>;
  setsockopt(name: NumericOption, value: number): Call<0>;
  setsockopt(name: 'SO_LINGER' | NumericOption, value: Linger | number): Call<0> {
    return setOption(this, name, value);
  }

  /** getsockopt(2). SO_ERROR: the pending error's name, once, or `0`; TCP_INFO: some of its fields. */
  getsockopt<Name extends keyof OptionValue>(name: Name): Call<OptionValue[Name]> {
    return getOption(this, name);
  }

  /** getsockname(2): `0.0.0.0:0` or `[::]:0` while it has none. */
  getsockname(): Call<Endpoint> {
    if (this.phase === 'closed') return this.fails('getsockname', 'EBADF');
    return new SettledCall(this.local);
  }

  /** getpeername(2): ENOTCONN. */
  getpeername(): Call<Endpoint> {
    if (this.phase === 'closed') return this.fails('getpeername', 'EBADF');
    const { connection } = this;
    const isThere = connection !== undefined && isConnected(connection.state);
    if (!isThere) return this.fails('getpeername', 'ENOTCONN');
    return new SettledCall(shownTo(this.family, connection.path.remote));
  }

  get local(): Endpoint {
    const path = this.attachment?.path;
    if (path !== undefined) return shownTo(this.family, path.local);
    const address = this.binding?.address;
    if (address === undefined)
      return { address: wildcardOf(this.family), port: this.binding?.port ?? 0 };
    return shownTo(this.family, { address, port: this.binding?.port ?? 0 });
  }

  get connection(): Connection | undefined {
    return this.attachment?.connection;
  }

  /** For changing: defaults are shared, and what a listener has with all that it accepts. */
  ownOptions(): SocketOptions {
    if (!this.hasOwnOptions || this.listener !== undefined) this.options = this.options.copy();
    this.hasOwnOptions = true;
    return this.options.change();
  }

  /**
   * One call: tried at once, and again whenever something happens here, until `attempt` has an
   * outcome. `otherwise`: what it comes to at once if it may not block.
   */
  perform<T>(attempt: (now: number) => Outcome<T> | undefined, otherwise?: SocketError): Call<T> {
    const { stack, attachment } = this;
    const { now } = stack;
    stack.egress.forgetReport();
    const found = attempt(now);
    // Who died of it gets no answer.
    const outcome = this.process.alive ? (found ?? otherwise) : found;
    const call =
      outcome === undefined ? this.waitFor(new WaitingCall(attempt)) : new SettledCall(outcome);
    // What the attempt attached, if it did: connect(2) does.
    const after = this.attachment ?? attachment;
    if (after !== undefined) stack.settle(after, now);
    stack.tell();
    return call;
  }

  fails(syscall: Syscall, code: ConstructorParameters<typeof SocketError>[1]): SettledCall<never> {
    return new SettledCall<never>(new SocketError(syscall, code));
  }

  waitFor<T>(call: WaitingCall<T>): WaitingCall<T> {
    this.waiting = [...this.waiting, call];
    return call;
  }

  /** Something may have happened that a call waits for. */
  wake(now: number): void {
    this.watcher?.wake(now);
    if (this.waiting.length === 0) return;
    const { later } = this.stack;
    const left = this.waiting.filter((call) => !call.tryAgain(now, later));
    this.waiting = left.length === 0 ? NOBODY : left;
  }

  /** Its process died: nobody is left to be told. */
  abandonCalls(): void {
    for (const call of this.waiting) call.cancel();
    this.waiting = NOBODY;
  }
}

type Waiting = Pick<WaitingCall<never>, 'cancel' | 'tryAgain'>;

// Shared by all sockets that have nothing of their own, since there may be very many.
const NOBODY: readonly Waiting[] = [];
const DEFAULTS = new SocketOptions();

/** States in which Linux knows a peer (inet_getname). */
const isConnected = (state: State): boolean => state !== 'CLOSED' && state !== 'SYN-SENT';
