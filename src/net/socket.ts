import type { AddressInfo, SocketReadyState } from 'node:net';
import { addAbortSignal, Duplex } from 'node:stream';
import type { Socket as HostSocket } from '../host/socket.ts';
import type { NumericOption } from '../host/socket-options.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import type { Carrier, Closable } from './carrier.ts';
import {
  checkConnectOptions,
  checkSocketOptions,
  type ConnectOptions,
  normalized,
  type SocketOptions,
} from './connect-arguments.ts';
import { Dialing, type DialingEvents } from './dialing.ts';
import { endedByPeer, socketClosed, systemError } from './errors.ts';
import type { Handle, HandleOwner } from './handle.ts';
import { familyOf, infoOf } from './ends.ts';
import { IdleTimer, idleTimeOf } from './idle-timer.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';

type Callback = (error?: Error | null) => void;

/** How a connection that a server accepted becomes a socket. */
export interface Accepted {
  readonly handle: Handle;
  /** Nothing is read before `resume`. */
  readonly paused: boolean;
  /** Its socket was destroyed. */
  readonly closed: () => void;
}

/**
 * `net.Socket` on our TCP: the same methods, properties, events and errors. An error behind which there is
 * a reset tells of it in `error.reset`. Fields are `#private`, since applications extend this class.
 */
export class Socket extends Duplex implements Closable {
  /** As `host:port`; only where several addresses of a name were tried, though `node:net` types it so. */
  declare autoSelectFamilyAttemptedAddresses: string[];
  readonly #carrier: Carrier;
  readonly #idle = new IdleTimer(() => this.emit('timeout'));
  readonly #inbox: Inbox;
  readonly #outbox = new Outbox(() => this.#idle.refresh());
  readonly #accepted: Accepted | undefined;
  readonly #options = new Map<NumericOption, number>();
  #handle: Handle | undefined = undefined;
  #dialing: Dialing | undefined = undefined;
  #connecting = false;
  #isRef = true;
  #resets = false;
  #timeout: number | undefined = undefined;
  /** It was to read before it could. */
  #wantsData = false;
  #local: Endpoint | undefined = undefined;
  #remote: Endpoint | undefined = undefined;

  constructor(carrier: Carrier, options: SocketOptions = {}, accepted?: Accepted) {
    checkSocketOptions(options);
    const { signal, allowHalfOpen, ...rest } = options;
    super({ ...rest, allowHalfOpen: Boolean(allowHalfOpen), emitClose: false, autoDestroy: true });
    this.#carrier = carrier;
    this.#inbox = new Inbox(this, options.onread);
    this.#accepted = accepted;
    if (accepted === undefined) this.#note(options);
    else this.#take(accepted);
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** `(options)`, `(port, host)`, each with a listener of `connect`. */
  connect(options: ConnectOptions, listener?: () => void): this;
  connect(port: number | string, host: string, listener?: () => void): this;
  connect(port: number | string, listener?: () => void): this;
  connect(...args: unknown[]): this {
    const { options, listener } = normalized(args);
    checkConnectOptions(options);
    if (this.destroyed) this.#revive();
    if (listener !== undefined) this.once('connect', listener);
    this.#idle.refresh();
    if (this.#handle !== undefined || this.#connecting) return this.#refuseSecond(options);
    this.#connecting = true;
    this.#carrier.open.add(this);
    this.#dialing = new Dialing(this.#carrier, options, this.#events());
    this.#dialing.start();
    return this;
  }

  /** Ends sending, and destroys the socket when all is sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Resets the connection (SO_LINGER of no seconds), once there is one. */
  resetAndDestroy(): this {
    if (this.#connecting) this.once('connect', () => this.#reset());
    else if (this.#handle !== undefined) this.#reset();
    else this.destroy(socketClosed());
    return this;
  }

  /** Emits `timeout` after `ms` milliseconds without any activity; 0: never. */
  setTimeout(ms: number, listener?: () => void): this {
    if (this.destroyed) return this;
    this.#timeout = idleTimeOf(ms);
    this.#idle.start(this.#timeout);
    if (listener === undefined) return this;
    if (this.#timeout === 0) this.removeListener('timeout', listener);
    else this.once('timeout', listener);
    return this;
  }

  setNoDelay(enable = true): this {
    return this.#set('TCP_NODELAY', enable ? 1 : 0);
  }

  /** `initialDelay`: milliseconds of silence before the first probe; 0: as it was, the sysctl's at first. */
  setKeepAlive(enable = false, initialDelay = 0): this {
    const seconds = Math.trunc(initialDelay / 1000);
    if (enable && seconds > 0) {
      // What libuv sets with it.
      this.#set('TCP_KEEPIDLE', seconds).#set('TCP_KEEPINTVL', 1).#set('TCP_KEEPCNT', 10);
    }
    return this.#set('SO_KEEPALIVE', enable ? 1 : 0);
  }

  ref(): this {
    this.#isRef = true;
    this.#handle?.ref();
    return this;
  }

  unref(): this {
    this.#isRef = false;
    this.#handle?.unref();
    return this;
  }

  address(): AddressInfo | Record<string, never> {
    const local = this.#localEnd();
    return local === undefined ? {} : infoOf(local);
  }

  get connecting(): boolean {
    return this.#connecting;
  }

  /** No connection yet, or none any more. */
  get pending(): boolean {
    return this.#handle === undefined || this.#connecting;
  }

  get readyState(): SocketReadyState {
    if (this.#connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  get timeout(): number | undefined {
    return this.#timeout;
  }

  get bytesRead(): number {
    return this.#inbox.bytesRead;
  }

  /** With what still waits to be sent. */
  get bytesWritten(): number {
    return this.#outbox.bytesSent + this.writableLength;
  }

  get bufferSize(): number {
    return this.writableLength;
  }

  get localAddress(): string | undefined {
    return this.#localEnd()?.address.toString();
  }

  get localPort(): number | undefined {
    return this.#localEnd()?.port;
  }

  get localFamily(): string | undefined {
    return familyOf(this.#localEnd());
  }

  get remoteAddress(): string | undefined {
    return this.#remoteEnd()?.address.toString();
  }

  get remotePort(): number | undefined {
    return this.#remoteEnd()?.port;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.#remoteEnd());
  }

  override pause(): this {
    if (this.#inbox.isForeign && !this.#connecting) this.#handle?.stopReading();
    return super.pause();
  }

  override resume(): this {
    super.resume();
    this.#readInto();
    return this;
  }

  override read(size?: number): ReturnType<Duplex['read']> {
    this.#readInto();
    return super.read(size);
  }

  override write(chunk: unknown, callback?: Callback): boolean;
  override write(chunk: unknown, encoding?: BufferEncoding, callback?: Callback): boolean;
  override write(...args: unknown[]): boolean {
    const endedBoth = this.readableEnded && this.writableEnded && !this.allowHalfOpen;
    if (!endedBoth) return super.write(...(args as [unknown]));
    const callback = args.find((each) => typeof each === 'function');
    const error = endedByPeer();
    if (callback !== undefined) process.nextTick(callback, error);
    this.destroy(error);
    return false;
  }

  override _read(): void {
    if (this.pending) this.#wantsData = true;
    else this.#handle?.startReading();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#outbox.send([chunk], callback, this.#connecting);
  }

  override _writev(items: { readonly chunk: Uint8Array }[], callback: Callback): void {
    const chunks = items.map(({ chunk }) => chunk);
    this.#outbox.send(chunks, callback, this.#connecting);
  }

  override _final(callback: Callback): void {
    this.#outbox.end(callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    const handle = this.#handle;
    const wasConnecting = this.#connecting;
    this.#dialing?.cancel();
    this.#connecting = false;
    this.#idle.stop();
    this.#handle = undefined;
    this.#outbox.stop();
    handle?.close(this.#resets);
    callback(error);
    const tell = (): void => this.#closed(error);
    // As late as libuv tells that a handle is closed.
    if (handle !== undefined || wasConnecting) setImmediate(tell);
    else process.nextTick(tell);
    this.#accepted?.closed();
  }

  /** See `hostSocketOf`. */
  static hostSocketOf(socket: Socket): HostSocket | undefined {
    return socket.#handle?.socket;
  }

  /** For the network, which ends. */
  closeForGood(ended: () => void): void {
    this.once('close', ended).destroy();
  }

  #closed(error: Error | null): void {
    this.#carrier.open.delete(this);
    this.#outbox.closed();
    this.emit('close', error !== null && error !== undefined);
  }

  #take(accepted: Accepted): void {
    this.#handle = accepted.handle;
    this.#carrier.open.add(this);
    this.#outbox.connected(accepted.handle);
    accepted.handle.attach(this.#owner());
    if (accepted.paused) this.pause();
    else this.read(0);
  }

  #note({ noDelay, keepAlive, keepAliveInitialDelay }: SocketOptions): void {
    if (noDelay) this.setNoDelay(true);
    if (keepAlive) this.setKeepAlive(true, keepAliveInitialDelay);
  }

  /** Kept for the handles to come, each of which is told. */
  #set(name: NumericOption, value: number): this {
    this.#options.set(name, value);
    this.#handle?.setOption(name, value);
    return this;
  }

  /** A destroyed socket can connect anew. */
  #revive(): void {
    // Undocumented, and there since Node 8: it is how `net.Socket` does the same.
    Reflect.apply(Reflect.get(this, '_undestroy') as () => void, this, []);
    this.#handle = undefined;
    this.#resets = false;
    this.#wantsData = false;
    this.#outbox.bytesSent = 0;
    this.#inbox.bytesRead = 0;
    this.#local = undefined;
    this.#remote = undefined;
  }

  #refuseSecond({ host: address, port }: ConnectOptions): this {
    const code = this.#connecting ? 'EALREADY' : 'EISCONN';
    const error = systemError('connect', code, { address, port: Number(port) });
    process.nextTick(() => this.destroy(error));
    return this;
  }

  #reset(): void {
    this.#resets = true;
    this.destroy();
  }

  /** With memory of the application's: there is no buffer in between that would ask for more. */
  #readInto(): void {
    if (this.#inbox.isForeign && !this.pending) this.#handle?.startReading();
  }

  #owner(): HandleOwner {
    const inbox = this.#inbox;
    return {
      roomFor: (waiting) => inbox.roomFor(waiting),
      received: (room, count) => {
        this.#idle.refresh();
        if (!inbox.received(room, count)) this.#handle?.stopReading();
      },
      receivedEnd: () => {
        this.push(null);
        this.read(0);
      },
      readFailed: (error) => void this.destroy(error),
      sentSome: () => this.#idle.refresh(),
    };
  }

  #events(): DialingEvents {
    return {
      lookedUp: (error, ip, family, host) => this.emit('lookup', error, ip, family, host),
      begun: (handle) => this.#begun(handle),
      attempted: (address, port, family, isOneOfMany) => {
        if (isOneOfMany) {
          this.autoSelectFamilyAttemptedAddresses ??= [];
          this.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
        }
        this.emit('connectionAttempt', address, port, family);
      },
      attemptFailed: (address, port, family, error) =>
        this.emit('connectionAttemptFailed', address, port, family, error),
      attemptTimedOut: (address, port, family) =>
        this.emit('connectionAttemptTimeout', address, port, family),
      connected: (handle) => this.#connected(handle),
      failed: (error) => void this.destroy(error),
    };
  }

  #begun(handle: Handle): void {
    this.#idle.refresh();
    this.#handle = handle;
    for (const [name, value] of this.#options) handle.setOption(name, value);
    if (!this.#isRef) handle.unref();
  }

  #connected(handle: Handle): void {
    this.#dialing = undefined;
    this.#connecting = false;
    handle.attach(this.#owner());
    this.#idle.refresh();
    this.#outbox.connected(handle);
    this.emit('connect');
    this.#outbox.flush();
    this.emit('ready');
    if (this.destroyed || !this.readable) return;
    if (this.#wantsData) handle.startReading();
    else if (!this.isPaused()) this.read(0);
  }

  #localEnd(): Endpoint | undefined {
    this.#local ??= this.#handle?.local;
    return this.#local;
  }

  #remoteEnd(): Endpoint | undefined {
    if (!this.#connecting) this.#remote ??= this.#handle?.remote;
    return this.#remote;
  }
}

/** The socket of the host that it stands on, for what `node:net` has no call for; undefined while there is none. */
export const hostSocketOf = (socket: Socket): HostSocket | undefined => Socket.hostSocketOf(socket);
