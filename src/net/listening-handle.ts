import { AsyncResource } from 'node:async_hooks';
import { SocketError } from '../host/socket-error.ts';
import type { Family, SocketAddress } from '../host/socket-address.ts';
import type { Socket as HostSocket } from '../host/socket.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import type { Carrier, Ready } from './carrier.ts';
import { Handle } from './handle.ts';

/** What a listening server is told. */
export interface ListeningOwner {
  accepted(handle: Handle): void;
  /** accept(2) failed for good, with that errno (ENETDOWN); once. */
  failed(code: string): void;
}

/** How it listens. */
export interface ListeningOptions {
  readonly family: Family;
  readonly ipv6Only: boolean;
  readonly backlog: number;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** Seconds; 0: the sysctl's. */
  readonly keepAliveInitialDelay: number;
}

/** A host's listening socket, and the connections that it hands over as they come. */
export class ListeningHandle implements Ready {
  isQueued = false;
  private readonly carrier: Carrier;
  private readonly context = new AsyncResource('RESETLAB_TCPSERVER', {
    requireManualDestroy: true,
  });
  private readonly socket: HostSocket;
  private readonly owner: ListeningOwner;
  private closed = false;
  private isKeeper = false;

  constructor(carrier: Carrier, socket: HostSocket, owner: ListeningOwner) {
    this.carrier = carrier;
    this.socket = socket;
    this.owner = owner;
    socket.nonBlocking = true;
    socket.watcher = this;
    this.ref();
    // Where the device is gone already, nothing else would tell.
    this.wake();
  }

  get local(): Endpoint | undefined {
    const { result } = this.socket.getsockname();
    return result instanceof SocketError ? undefined : result;
  }

  ref(): void {
    if (this.isKeeper || this.closed) return;
    this.isKeeper = true;
    this.carrier.keep();
  }

  unref(): void {
    if (!this.isKeeper) return;
    this.isKeeper = false;
    this.carrier.release();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unref();
    this.socket.watcher = undefined;
    this.carrier.machine.act(() => this.socket.close());
    this.context.emitDestroy();
  }

  wake(): void {
    this.carrier.enqueue(this);
  }

  takeTurn(): void {
    if (!this.closed) this.context.runInAsyncScope(this.acceptAll);
  }

  private readonly acceptAll = (): void => {
    while (!this.closed) {
      const { result } = this.socket.accept();
      if (result instanceof SocketError) {
        if (result.code !== 'EAGAIN') this.owner.failed(result.code);
        return;
      }
      if (result === undefined) return;
      this.owner.accepted(new Handle(this.carrier, result));
    }
  };
}

/** bind(2) and listen(2), as libuv does them; the errno of what fails. */
export const openListening = (
  carrier: Carrier,
  at: SocketAddress,
  options: ListeningOptions,
  owner: ListeningOwner,
): ListeningHandle | string => {
  carrier.reaches(String(at.address));
  return carrier.machine.act(() => {
    const socket = carrier.process.socket(options.family);
    const failed = prepare(socket, at, options);
    if (failed === undefined) return new ListeningHandle(carrier, socket, owner);
    socket.close();
    return failed;
  });
};

/** Connections inherit what the listener is told. */
const prepare = (
  socket: HostSocket,
  at: SocketAddress,
  options: ListeningOptions,
): string | undefined => {
  socket.setsockopt('SO_REUSEADDR', 1);
  if (options.ipv6Only) socket.setsockopt('IPV6_V6ONLY', 1);
  if (options.noDelay) socket.setsockopt('TCP_NODELAY', 1);
  if (options.keepAlive) socket.setsockopt('SO_KEEPALIVE', 1);
  if (options.keepAlive && options.keepAliveInitialDelay > 0) {
    socket.setsockopt('TCP_KEEPIDLE', options.keepAliveInitialDelay);
    socket.setsockopt('TCP_KEEPINTVL', 1);
    socket.setsockopt('TCP_KEEPCNT', 10);
  }
  const { result: bound } = socket.bind(at);
  if (bound instanceof SocketError) return bound.code;
  const { result: listening } = socket.listen(options.backlog);
  return listening instanceof SocketError ? listening.code : undefined;
};
