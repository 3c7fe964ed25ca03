import { EventEmitter } from 'node:events';
import type { CauseId } from '../../causes/ids.ts';
import type { Moment } from './moment.ts';
import type { Plan } from './plan.ts';
import type { Sees } from './ways.ts';

/** A connection that was ended on purpose. */
export interface Broken {
  /** Counted from 1, in the order they came. */
  readonly connection: number;
  /** `127.0.0.1:40000` */
  readonly client: string;
  readonly cause: CauseId;
  readonly moment: Moment;
  /** Since it was accepted. */
  readonly afterMs: number;
  readonly bytesFromClient: number;
  readonly bytesToClient: number;
  readonly sees: Sees;
}

/** The server behind a proxy could not be reached, or broke off: its client is reset. */
export interface Trouble {
  readonly connection: number;
  readonly client: string;
  readonly error: NodeJS.ErrnoException;
}

interface Events {
  broken: [Broken];
  trouble: [Trouble];
  /** It can accept no more: EMFILE, or the device of our TCP is gone. Throws if nobody listens. */
  error: [Error];
}

/** Where something listens, or would. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What ends connections on purpose: a server, or a proxy in front of one. */
export abstract class Faults extends EventEmitter<Events> {
  /** What it does, with nothing left open. */
  readonly plan: Plan;
  /** What was ended so far, in that order. Of what the kernel does alone, nothing is told. */
  readonly broken: Broken[] = [];
  /** Connections that came, as far as they can be seen. */
  connections = 0;

  constructor(plan: Plan) {
    super();
    this.plan = plan;
  }

  get address(): string {
    return this.place.address;
  }

  get port(): number {
    return this.place.port;
  }

  /**
   * The moment of every chosen connection that is open is now. What needs no waiting
   * (`keepalive-race`, `linger-zero` on idle) has happened when it returns: what the client writes
   * next, in the same turn of the event loop, meets the closed connection.
   */
  abstract breakNow(): void;

  /** Ends all connections, and listens no more. */
  abstract close(): Promise<void>;

  protected abstract get place(): Place;

  protected tell(broken: Broken): void {
    this.broken.push(broken);
    this.emit('broken', broken);
  }
}

/** `127.0.0.1:40000`, `[::1]:40000` */
export const peerName = (address = '', port = 0): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
