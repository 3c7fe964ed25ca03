import type { Process } from '../host/process.ts';
import type { Machine } from '../device/machine.ts';
import { isLoopback } from '../host/socket-address.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import { Leaving } from './leaving.ts';
import { SentResets } from './reset-account.ts';

/** Something happened to it, and it will look what. */
export interface Ready {
  isQueued: boolean;
  takeTurn(): void;
}

/** What a network has to end when it closes. */
export interface Closable {
  /** `ended`: nothing of it is left. */
  closeForGood(ended: () => void): void;
}

/**
 * What the sockets and servers of one network share: its machine, whose turn it is, and who keeps the
 * process alive.
 */
export class Carrier {
  readonly machine: Machine;
  readonly process: Process;
  readonly sent: SentResets;
  readonly leaving: Leaving;
  /** Sockets with a connection, and listening servers. */
  readonly open = new Set<Closable>();
  /** The host's own; on a loopback all of 127.0.0.0/8 is, and joins as it is met. */
  private readonly addresses: IpAddress[];
  private readonly isLoopback: boolean;
  private queue: Ready[] = [];
  private resting: Ready[] = [];
  private keepers = 0;

  constructor(machine: Machine, addresses: IpAddress[], sent: SentResets, isAlone: boolean) {
    this.machine = machine;
    this.process = machine.host.process('node');
    this.addresses = addresses;
    this.sent = sent;
    this.isLoopback = isAlone;
    this.leaving = new Leaving(this);
    machine.unref();
  }

  /**
   * Something happened to `ready` during an input; it looks once the batch of inputs is over. So all that
   * came for one socket in a batch is read at once.
   */
  enqueue(ready: Ready): void {
    if (ready.isQueued) return;
    ready.isQueued = true;
    if (this.queue.push(ready) === 1) process.nextTick(this.takeTurns);
  }

  /** From now on the process lives at least until `release` (both count). */
  keep(): void {
    this.keepers += 1;
    if (this.keepers === 1) this.machine.ref();
  }

  release(): void {
    this.keepers -= 1;
    if (this.keepers === 0) this.machine.unref();
  }

  /** Whether packets to that address get anywhere; to be asked before bind(2) and connect(2). */
  reaches(address: string): boolean {
    const parsed = parseAddress(address);
    if (!this.isLoopback || parsed === undefined || parsed.isUnspecified) return true;
    if (this.addresses.some((own) => own.equals(parsed))) return true;
    if (!isLoopback(parsed)) return false;
    this.addresses.push(parsed);
    return true;
  }

  private readonly takeTurns = (): void => {
    this.machine.act(this.run);
  };

  /**
   * An application that throws ends the turn of its own socket only, which has another one: there may
   * be more that it has not seen.
   */
  private readonly run = (): void => {
    const { queue } = this;
    this.queue = this.resting;
    let done = 0;
    try {
      while (done < queue.length) {
        const ready = queue[done]!;
        ready.isQueued = false;
        ready.takeTurn();
        done += 1;
      }
    } finally {
      const [thrower, ...left] = queue.slice(done);
      queue.length = 0;
      this.resting = queue;
      for (const ready of left) {
        ready.isQueued = false;
        this.enqueue(ready);
      }
      if (thrower !== undefined) setImmediate(() => this.enqueue(thrower));
    }
  };
}
