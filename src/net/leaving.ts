import type { Connection } from '../tcp/connection.ts';
import type { State } from '../tcp/state.ts';

/** How long a closed socket's last bytes may keep the process alive, and how often they are looked at. */
const PATIENCE_MS = 1000;
const GLANCE_MS = 10;

/** What was written, or the FIN behind it, is not acknowledged. */
const UNFINISHED: ReadonlySet<State> = new Set(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);

/** Who can keep the process alive. */
interface Keeper {
  keep(): void;
  release(): void;
}

/**
 * Connections whose sockets are closed and whose last bytes are on their way. A kernel would see to them
 * after the process has ended; ours ends with it, so they keep it alive, for a second at most.
 */
export class Leaving {
  private readonly keeper: Keeper;
  /** With the time at which they are given up, in milliseconds of `performance.now()`. */
  private readonly until = new Map<Connection, number>();
  private timer: NodeJS.Timeout | undefined = undefined;
  private awaiting: (() => void)[] = [];

  constructor(keeper: Keeper) {
    this.keeper = keeper;
  }

  add(connection: Connection): void {
    if (!UNFINISHED.has(connection.state)) return;
    this.until.set(connection, performance.now() + PATIENCE_MS);
    if (this.timer !== undefined) return;
    this.keeper.keep();
    this.timer = setInterval(this.look, GLANCE_MS);
  }

  /** Resolves when none is left. */
  whenGone(): Promise<void> {
    if (this.timer === undefined) return Promise.resolve();
    return new Promise((resolve) => void this.awaiting.push(resolve));
  }

  private readonly look = (): void => {
    const now = performance.now();
    for (const [connection, until] of this.until) {
      if (!UNFINISHED.has(connection.state) || now >= until) this.until.delete(connection);
    }
    if (this.until.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.keeper.release();
    for (const resolve of this.awaiting.splice(0)) resolve();
  };
}
