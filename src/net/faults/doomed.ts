import type { Duplex } from 'node:stream';
import { stopReading } from './ending.ts';
import type { Network, PeerSocket } from './network.ts';
import type { Plan } from './plan.ts';
import { type Onlooker, Relay } from './relay.ts';

/** What is given to a connection that is to be ended. */
export interface DoomedParts {
  readonly network: Network;
  readonly plan: Plan;
  readonly client: PeerSocket;
  /** The server proper, which is asked for only where bytes are to pass. */
  readonly openServer: () => Duplex;
  /** Told once, as it ends so; never, if the client goes before. */
  readonly onBroken: (bytesFromClient: number) => void;
}

/** First byte of a TLS record that holds a handshake (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 22;

/** A connection that is relayed until its moment comes, and then ended by its cause. */
export class Doomed implements Onlooker {
  private readonly client: PeerSocket;
  private readonly plan: Plan;
  private bytesFromClient = 0;
  private bytesToClient = 0;
  private readonly parts: DoomedParts;
  private server: Duplex | undefined = undefined;
  private relay: Relay | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private quietSinceMs = performance.now();
  private isStruck = false;

  constructor(parts: DoomedParts) {
    this.parts = parts;
    this.client = parts.client;
    this.plan = parts.plan;
    this.client.on('close', () => clearTimeout(this.timer));
    const { way, afterBytes } = this.plan;
    const readsNothing = way.moment === 'after-handshake' || afterBytes === 0;
    if (readsNothing) this.reached();
    else this.pass();
  }

  /** Its moment is now, whatever has happened so far. */
  breakNow(): void {
    clearTimeout(this.timer);
    if (this.isStruck || this.client.destroyed) return;
    this.isStruck = true;
    void this.strike();
  }

  readonly fromClient = (piece: Buffer): number => {
    const { moment } = this.plan.way;
    const isAsked = moment === 'on-reuse' && !this.strikesIdle && this.bytesToClient > 0;
    const isReuse = isAsked && this.isQuiet();
    this.quietSinceMs = performance.now();
    if (isReuse) return this.cutAt(0);
    // A request that waits for its response is not idle.
    if (this.strikesIdle) clearTimeout(this.timer);
    if (moment !== 'after-bytes' || !this.isMeant(piece)) {
      this.bytesFromClient += piece.length;
      return piece.length;
    }
    const left = this.plan.afterBytes - this.bytesFromClient;
    this.bytesFromClient += piece.length;
    return piece.length >= left ? this.cutAt(left) : piece.length;
  };

  readonly fromServer = (piece: Buffer): number => {
    const { way, afterBytes, afterMs } = this.plan;
    this.quietSinceMs = performance.now();
    const left = afterBytes - this.bytesToClient;
    const isCut = way.moment === 'mid-response' && piece.length >= left;
    const length = isCut ? left : piece.length;
    this.bytesToClient += length;
    if (isCut) return this.cutAt(length, way.cause === 'client-abort' ? this.server : undefined);
    if (this.strikesIdle) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.breakNow(), afterMs);
    }
    return length;
  };

  /** The client's silence is the moment, or the crossing is prepared in it. */
  private get strikesIdle(): boolean {
    const { cause, moment } = this.plan.way;
    if (moment === 'on-idle' || moment === 'after-fin') return true;
    return moment === 'on-reuse' && cause === 'keepalive-race';
  }

  private pass(): void {
    this.server = this.parts.openServer();
    this.relay = new Relay(this.client, this.server, this);
  }

  private isQuiet(): boolean {
    return performance.now() - this.quietSinceMs >= this.plan.afterMs;
  }

  /** `tls-rejected` leaves alone what does not begin as TLS does. */
  private isMeant(piece: Buffer): boolean {
    if (this.plan.way.cause !== 'tls-rejected') return true;
    return this.bytesFromClient === 0 && piece[0] === TLS_HANDSHAKE;
  }

  /** From within a `data` event: so much of the piece passes, and no more of anything. */
  private cutAt(length: number, unreadHere?: Duplex): number {
    const staysUnread = this.plan.way.cause === 'close-with-unread-data' ? this.client : unreadHere;
    if (staysUnread !== undefined) stopReading(staysUnread);
    this.relay?.cut();
    // What passes of this piece is written first.
    queueMicrotask(() => this.reached());
    return length;
  }

  private reached(): void {
    const { afterMs, way } = this.plan;
    const pauseMs = way.moment === 'on-reuse' ? 0 : afterMs;
    if (pauseMs > 0) this.timer = setTimeout(() => this.breakNow(), pauseMs);
    else this.breakNow();
  }

  private async strike(): Promise<void> {
    const { network, onBroken } = this.parts;
    const { client, plan, server } = this;
    this.relay?.cut();
    const isDone = await network.strikeOf(plan.way)?.({ network, plan, client, server });
    server?.destroy();
    if (isDone === true) onBroken(this.bytesFromClient);
    else client.destroy();
  }
}
