import dns from 'node:dns';
import { EventEmitter } from 'node:events';
import { type AddressInfo, isIP } from 'node:net';
import type { Carrier, Closable } from './carrier.ts';
import type { SocketOptions } from './connect-arguments.ts';
import { invalidType, serverAlreadyListens, serverNotRunning, systemError } from './errors.ts';
import { infoOf } from './ends.ts';
import type { Handle } from './handle.ts';
import { type Listening, listeningOf, type ListenOptions } from './listen-arguments.ts';
import { type ListeningHandle, openListening } from './listening-handle.ts';
import { Socket } from './socket.ts';

/** As `net.ServerOpts`. */
export interface ServerOptions extends Pick<
  SocketOptions,
  'allowHalfOpen' | 'highWaterMark' | 'keepAlive' | 'keepAliveInitialDelay' | 'noDelay'
> {
  /** Nothing of a connection is read before its `resume`. */
  readonly pauseOnConnect?: boolean | undefined;
  readonly captureRejections?: boolean | undefined;
}

/** Whom `drop` tells of, both ends. */
export interface DroppedConnection {
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly localFamily: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
}

type ConnectionListener = (socket: Socket) => void;

/** `net.Server` on our TCP: the same methods, properties, events and errors. */
export class Server extends EventEmitter implements Closable {
  /** More connections than that are closed as they come, told by `drop`. */
  maxConnections?: number;
  dropMaxConnection?: boolean;
  readonly allowHalfOpen: boolean;
  readonly pauseOnConnect: boolean;
  readonly #carrier: Carrier;
  readonly #options: ServerOptions;
  #handle: ListeningHandle | undefined = undefined;
  /** Between `listen` and its lookup's answer. */
  #isOpening = false;
  #connections = 0;
  #isRef = true;

  constructor(
    carrier: Carrier,
    options?: ServerOptions | ConnectionListener,
    listener?: ConnectionListener,
  ) {
    const given = typeof options === 'function' ? {} : (options ?? {});
    if (typeof given !== 'object') throw invalidType('options', 'of type object', options);
    super(given.captureRejections === undefined ? {} : { captureRejections: true });
    checkServerOptions(given);
    this.#carrier = carrier;
    this.#options = given;
    this.allowHalfOpen = given.allowHalfOpen === true;
    this.pauseOnConnect = given.pauseOnConnect === true;
    const chosen = typeof options === 'function' ? options : listener;
    if (chosen !== undefined) this.on('connection', chosen);
  }

  /** `(port, host, backlog)` or `(options)`, each with a listener of `listening`. */
  listen(options: ListenOptions, listener?: () => void): this;
  listen(port?: number | string, host?: string, backlog?: number, listener?: () => void): this;
  listen(port?: number | string, host?: string, listener?: () => void): this;
  listen(port?: number | string, backlog?: number, listener?: () => void): this;
  listen(port?: number | string, listener?: () => void): this;
  listen(listener?: () => void): this;
  listen(...args: unknown[]): this {
    if (this.#handle !== undefined || this.#isOpening) throw serverAlreadyListens();
    const { listening, listener } = listeningOf(args);
    if (listener !== undefined) this.once('listening', listener);
    if (listening.signal !== undefined) this.#closeBy(listening.signal);
    const { path, host } = listening;
    if (path !== undefined) this.#fail('EAFNOSUPPORT', path, -1);
    else if (host === undefined || host === '') this.#listenAnywhere(listening);
    else if (isIP(host) !== 0) this.#listenAt(host, listening);
    else this.#lookUp(host, listening);
    return this;
  }

  /** No more connections; `close` when the last has ended. The callback hears if it was not listening. */
  close(callback?: (error?: Error) => void): this {
    const wasRunning = this.#handle !== undefined || this.#isOpening;
    if (typeof callback === 'function') {
      this.once('close', () => {
        if (wasRunning) callback();
        else callback(serverNotRunning());
      });
    }
    this.#handle?.close();
    this.#handle = undefined;
    this.#isOpening = false;
    this.#carrier.open.delete(this);
    this.#closeIfDrained();
    return this;
  }

  address(): AddressInfo | null {
    const local = this.#handle?.local;
    return local === undefined ? null : infoOf(local);
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    const count = this.#connections;
    process.nextTick(callback, null, count);
    return this;
  }

  get listening(): boolean {
    return this.#handle !== undefined;
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

  /** A listener of `connection` that is asynchronous has failed. */
  override [EventEmitter.captureRejectionSymbol](
    error: Error,
    event: string | symbol,
    ...args: unknown[]
  ): void {
    if (event === 'connection') (args[0] as Socket).destroy(error);
    else this.emit('error', error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#handle === undefined) return;
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  /** For the network, which ends. */
  closeForGood(ended: () => void): void {
    this.close();
    ended();
  }

  #lookUp(host: string, listening: Listening): void {
    this.#isOpening = true;
    dns.lookup(host, (error, address) => {
      if (!this.#isOpening) return;
      this.#isOpening = false;
      if (error === null) this.#listenAt(address, listening);
      else this.emit('error', error);
    });
  }

  /** `::`, and `0.0.0.0` where that fails. */
  #listenAnywhere(listening: Listening): void {
    if (this.#tryToListen('::', listening) === undefined) return;
    this.#listenAt('0.0.0.0', listening, '::');
  }

  #listenAt(address: string, listening: Listening, shown = address): void {
    const code = this.#tryToListen(address, listening);
    if (code !== undefined) this.#fail(code, shown, listening.port);
  }

  /** The errno's name if it failed. */
  #tryToListen(address: string, { port, backlog, ipv6Only }: Listening): string | undefined {
    const { noDelay, keepAlive, keepAliveInitialDelay = 0 } = this.#options;
    const options = {
      family: address.includes(':') ? ('inet6' as const) : ('inet' as const),
      ipv6Only,
      backlog,
      noDelay: noDelay === true,
      keepAlive: keepAlive === true,
      keepAliveInitialDelay: Math.trunc(keepAliveInitialDelay / 1000),
    };
    const opened = openListening(this.#carrier, { address, port }, options, {
      accepted: (handle) => this.#accepted(handle),
      failed: (code) => {
        this.close();
        this.emit('error', systemError('accept', code));
      },
    });
    if (typeof opened === 'string') return opened;
    this.#handle = opened;
    this.#carrier.open.add(this);
    if (!this.#isRef) opened.unref();
    process.nextTick(() => {
      if (this.#handle === opened) this.emit('listening');
    });
    return undefined;
  }

  #fail(code: string, address: string, port: number): void {
    const error = systemError('listen', code, { address, port, inWords: true });
    process.nextTick(() => this.emit('error', error));
  }

  #closeBy(signal: AbortSignal): void {
    const abort = (): void => void this.close();
    if (signal.aborted) return process.nextTick(abort);
    signal.addEventListener('abort', abort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', abort));
  }

  #accepted(handle: Handle): void {
    if (this.maxConnections !== undefined && this.#connections >= this.maxConnections) {
      return this.#drop(handle);
    }
    this.#connections += 1;
    const { allowHalfOpen, pauseOnConnect: paused } = this;
    const { highWaterMark } = this.#options;
    const closed = (): void => {
      this.#connections -= 1;
      this.#closeIfDrained();
    };
    const socket = new Socket(
      this.#carrier,
      { allowHalfOpen, highWaterMark },
      { handle, paused, closed },
    );
    Object.assign(socket, { server: this });
    this.emit('connection', socket);
  }

  #drop(handle: Handle): void {
    const { local, remote } = handle;
    handle.close(false);
    const [near, far] = [local, remote].map((end) => (end === undefined ? undefined : infoOf(end)));
    const dropped: DroppedConnection = {
      localAddress: near?.address,
      localPort: near?.port,
      localFamily: near?.family,
      remoteAddress: far?.address,
      remotePort: far?.port,
      remoteFamily: far?.family,
    };
    this.emit('drop', dropped);
  }

  #closeIfDrained(): void {
    if (this.#handle !== undefined || this.#isOpening || this.#connections > 0) return;
    process.nextTick(() => {
      if (this.#handle === undefined && this.#connections === 0) this.emit('close');
    });
  }
}

const checkServerOptions = (options: ServerOptions): void => {
  const { keepAliveInitialDelay: delay, highWaterMark } = options as Record<string, unknown>;
  if (delay !== undefined && typeof delay !== 'number') {
    throw invalidType('options.keepAliveInitialDelay', 'of type number', delay);
  }
  if (highWaterMark !== undefined && typeof highWaterMark !== 'number') {
    throw invalidType('options.highWaterMark', 'of type number', highWaterMark);
  }
};
