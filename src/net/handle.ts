import { AsyncResource } from 'node:async_hooks';
import type { Outcome } from '../host/call.ts';
import { isWritable } from '../tcp/send-memory.ts';
import type { SocketAddress } from '../host/socket-address.ts';
import { SocketError } from '../host/socket-error.ts';
import type { NumericOption } from '../host/socket-options.ts';
import type { Socket as HostSocket } from '../host/socket.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import type { Carrier, Ready } from './carrier.ts';
import { type LocalEnd, type SystemError, systemError, type SystemErrorParts } from './errors.ts';
import { accountOf } from './reset-account.ts';

/** Whom a handle tells what comes. */
export interface HandleOwner {
  /** Memory for what waits to be read, `waiting` bytes of it; less is filled first. */
  roomFor(waiting: number): Uint8Array;
  /** The first `count` bytes of that memory were received. */
  received(room: Uint8Array, count: number): void;
  /** The peer's FIN. */
  receivedEnd(): void;
  readFailed(error: SystemError): void;
  /** Bytes went out. */
  sentSome(): void;
}

type Done = (error?: SystemError) => void;

interface Writing {
  readonly chunks: readonly Uint8Array[];
  readonly done: Done;
  /** Which of them is next, and how much of it is taken. */
  at: number;
  taken: number;
}

interface Connecting {
  readonly to: SocketAddress;
  readonly local: LocalEnd | undefined;
  readonly done: Done;
}

/** How many pieces one handle reads before others have their turn. */
const MOST_READS = 32;
const LAST = { noSignal: true } as const;
const MORE_FOLLOWS = { noSignal: true, more: true } as const;
const PROBE = new Uint8Array(1);

/**
 * One host socket and what its stream wants of it: reads while reading is on, so that otherwise the
 * window closes; takes one write at a time. The owner is called at the end of a batch of packets, never
 * in the midst of an input, and in the asynchronous context in which the handle was made.
 */
export class Handle implements Ready {
  isQueued = false;
  readonly socket: HostSocket;
  private readonly carrier: Carrier;
  private readonly context = new AsyncResource('RESETLAB_TCP', { requireManualDestroy: true });
  private owner: HandleOwner | undefined = undefined;
  private reading = false;
  /** The end, or an error, was told: nothing comes any more. */
  private isReadOut = false;
  private writing: Writing | undefined = undefined;
  private connecting: Connecting | undefined = undefined;
  private closed = false;
  private isRef = true;
  /** It keeps the process alive. */
  private isKeeper = false;

  constructor(carrier: Carrier, socket: HostSocket) {
    this.carrier = carrier;
    this.socket = socket;
    socket.nonBlocking = true;
    socket.watcher = this;
  }

  attach(owner: HandleOwner): void {
    this.owner = owner;
  }

  /** bind(2); undefined if it succeeded. */
  bind(address: SocketAddress): SystemError | undefined {
    const { result } = this.carrier.machine.act(() => this.socket.bind(address));
    return this.errorOf(result, { address: String(address.address), port: address.port });
  }

  /**
   * connect(2). What fails at once is returned; everything else comes by `done`. `local`: for its error,
   * as it was asked for.
   */
  connect(to: SocketAddress, local: LocalEnd | undefined, done: Done): SystemError | undefined {
    const { result } = this.carrier.machine.act(() => this.socket.connect(to));
    const isUnderWay = result instanceof SocketError && result.code === 'EINPROGRESS';
    if (result !== 0 && !isUnderWay) return this.connectError(result, to, this.shownLocal);
    this.connecting = { to, local, done };
    this.keepIfNeeded();
    if (result === 0) this.carrier.enqueue(this);
    return undefined;
  }

  startReading(): void {
    if (this.reading || this.isReadOut || this.closed) return;
    this.reading = true;
    this.keepIfNeeded();
    if (this.isReadable()) this.carrier.enqueue(this);
  }

  stopReading(): void {
    if (!this.reading) return;
    this.reading = false;
    this.keepIfNeeded();
  }

  /** `done`: when the engine has taken all of it, which may be now. One write at a time. */
  write(chunks: readonly Uint8Array[], done: Done): void {
    // An empty last one, as `http` has it, would send nothing of what was held back for it (MSG_MORE).
    const filled = chunks.filter(({ length }) => length > 0);
    this.writing = { chunks: filled.length > 0 ? filled : chunks, done, at: 0, taken: 0 };
    this.carrier.machine.act(this.writeOn);
    this.keepIfNeeded();
  }

  /** shutdown(2) of the sending side. What says ENOTCONN is finished already. */
  shutdown(): SystemError | undefined {
    const { result } = this.carrier.machine.act(() => this.socket.shutdown('write'));
    if (result instanceof SocketError && result.code === 'ENOTCONN') return undefined;
    return this.errorOf(result);
  }

  /** close(2), or by SO_LINGER of no seconds a reset. */
  close(byReset: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.watcher = undefined;
    this.carrier.machine.act(() => {
      if (byReset) this.socket.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
      this.socket.close();
    });
    const { connection } = this.socket;
    if (connection !== undefined && this.isRef) this.carrier.leaving.add(connection);
    this.writing = undefined;
    this.connecting = undefined;
    this.keepIfNeeded();
    this.context.emitDestroy();
  }

  setOption(name: NumericOption, value: number): SystemError | undefined {
    const { result } = this.carrier.machine.act(() => this.socket.setsockopt(name, value));
    return this.errorOf(result);
  }

  /** Undefined while there is none. */
  get local(): Endpoint | undefined {
    const { result } = this.socket.getsockname();
    return result instanceof SocketError || result?.port === 0 ? undefined : result;
  }

  get remote(): Endpoint | undefined {
    const { result } = this.socket.getpeername();
    return result instanceof SocketError ? undefined : result;
  }

  /** Also while there is none: as `0.0.0.0:0`. */
  get shownLocal(): LocalEnd {
    const { address, port } = this.socket.local;
    return { address: address.toString(), port };
  }

  ref(): void {
    this.isRef = true;
    this.keepIfNeeded();
  }

  unref(): void {
    this.isRef = false;
    this.keepIfNeeded();
  }

  /** For the host: something happened here. */
  wake(): void {
    if (!this.isQueued && this.isConcerned()) this.carrier.enqueue(this);
  }

  takeTurn(): void {
    if (!this.closed) this.context.runInAsyncScope(this.look);
  }

  private readonly look = (): void => {
    if (this.connecting !== undefined) this.connectOn();
    if (this.writing !== undefined) this.writeOn();
    if (this.reading) this.readOn();
    this.keepIfNeeded();
  };

  private isConcerned(): boolean {
    const c = this.socket.connection;
    if (c === undefined) return true;
    if (this.connecting !== undefined) return c.state !== 'SYN-SENT' && c.state !== 'SYN-RECEIVED';
    if (this.reading && this.isReadable()) return true;
    return this.writing !== undefined && (hasEnded(c) || c.sendShutdown || isWritable(c));
  }

  private isReadable(): boolean {
    const c = this.socket.connection;
    return c === undefined || c.receiveBuffer.readable > 0 || c.receiveShutdown || hasEnded(c);
  }

  private connectOn(): void {
    const { to, local, done } = this.connecting!;
    const { result } = this.socket.connect(to);
    if (result instanceof SocketError && result.code === 'EALREADY') return;
    this.connecting = undefined;
    if (result === 0) done();
    else done(this.connectError(result, to, local));
  }

  private readOn(): void {
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      if (!this.reading || this.closed || !this.readOnce()) return;
    }
    this.carrier.enqueue(this);
  }

  /** Whether there may be more. */
  private readOnce(): boolean {
    const { socket, owner } = this;
    if (owner === undefined) return false;
    const waiting = socket.connection?.receiveBuffer.readable ?? 0;
    const room = waiting === 0 ? PROBE : owner.roomFor(waiting);
    const { result } = socket.read(room);
    if (typeof result === 'number' && result > 0) {
      owner.received(room, result);
      return true;
    }
    if (result instanceof SocketError && result.code === 'EAGAIN') return false;
    this.isReadOut = true;
    this.stopReading();
    if (result === 0) owner.receivedEnd();
    else owner.readFailed(this.errorOf(result)!);
    return false;
  }

  private readonly writeOn = (): void => {
    const { writing } = this;
    if (writing === undefined) return;
    const outcome = this.writeSome(writing);
    if (outcome === 'later') return;
    this.writing = undefined;
    writing.done(outcome);
  };

  /** Undefined once all is taken. */
  private writeSome(writing: Writing): SystemError | undefined | 'later' {
    const { chunks } = writing;
    while (writing.at < chunks.length) {
      const chunk = chunks[writing.at]!;
      const rest = writing.taken === 0 ? chunk : chunk.subarray(writing.taken);
      const isLast = writing.at === chunks.length - 1;
      const { result } = this.socket.write(rest, isLast ? LAST : MORE_FOLLOWS);
      if (typeof result !== 'number') {
        if (result?.code !== 'EAGAIN') return this.errorOf(result);
        return 'later';
      }
      if (result > 0) this.owner?.sentSome();
      if (result < rest.length) {
        writing.taken += result;
        return 'later';
      }
      writing.at += 1;
      writing.taken = 0;
    }
    return undefined;
  }

  private connectError(
    result: Outcome<0> | undefined,
    to: SocketAddress,
    local: LocalEnd | undefined,
  ): SystemError {
    return this.errorOf(result, { address: String(to.address), port: to.port, local })!;
  }

  private errorOf(result: unknown, parts: SystemErrorParts = {}): SystemError | undefined {
    if (!(result instanceof SocketError)) return undefined;
    const { syscall, code, reset: event } = result;
    const reset = event === undefined ? undefined : accountOf(event, this.carrier.sent);
    return systemError(syscall, code, { ...parts, reset });
  }

  /** As with libuv: who neither reads, connects nor writes keeps no process alive. */
  private keepIfNeeded(): void {
    const isBusy = this.reading || this.connecting !== undefined || this.writing !== undefined;
    const isNeeded = isBusy && this.isRef && !this.closed;
    if (isNeeded === this.isKeeper) return;
    this.isKeeper = isNeeded;
    if (isNeeded) this.carrier.keep();
    else this.carrier.release();
  }
}

const hasEnded = (c: Connection): boolean => c.error !== undefined || c.state === 'CLOSED';
