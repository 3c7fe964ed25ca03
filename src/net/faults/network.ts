import type { Duplex } from 'node:stream';
import type { Place } from './faults.ts';
import type { Plan } from './plan.ts';
import type { Strike } from './strikes.ts';
import type { Way } from './ways.ts';

/** A socket of `node:net`, or of our own net, as far as it is used here. */
export interface PeerSocket extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localPort?: number | undefined;
  /** What was handed to TCP. */
  readonly bytesWritten: number;
  resetAndDestroy(): unknown;
  setNoDelay(noDelay: boolean): unknown;
}

/** A server of either. */
export interface PeerServer {
  listen(options: { readonly host: string; readonly port: number }): unknown;
  address(): { readonly address: string; readonly port: number } | string | null;
  close(): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'listening' | 'close', listener: () => void): unknown;
}

export interface ServerOptions {
  readonly allowHalfOpen: true;
  readonly noDelay: true;
  readonly pauseOnConnect: true;
}

/** What TCP holds of a connection. */
export interface Queue {
  /** Bytes received that the application has not read. */
  readonly unread: number;
  /** Bytes that the peer has not acknowledged. */
  readonly unsent: number;
  /** The peer has sent its FIN, or more has happened than that. */
  readonly peerClosed: boolean;
}

/** A port whose connections are never accepted. */
export interface Unaccepting extends Place {
  close(): Promise<void>;
}

/** Where a server's sockets come from: the kernel, or our TCP. */
export interface Network {
  createServer(options: ServerOptions, onConnection: (socket: PeerSocket) => void): PeerServer;
  /** 'gone': there is no such connection any more; 'unknown': it cannot be told here. */
  queueOf(socket: PeerSocket): Queue | 'gone' | 'unknown';
  /** How an accepted connection is ended so; undefined: not here. */
  strikeOf(way: Way): Strike | undefined;
  /** For ways before accept(): a port where it happens. `onEnded` is told whom it happened to. */
  openUnaccepting(
    plan: Plan,
    place: { readonly host: string; readonly port: number },
    onEnded: (peer: string) => void,
  ): Promise<Unaccepting>;
}
