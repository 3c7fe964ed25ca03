import type { Connection } from '../tcp/connection.ts';
import type { State } from '../tcp/state.ts';

/**
 * How long a closed socket's last bytes may keep the process alive, in looks at them: a process that stood
 * still for a second has looked once, and had no turn in which an acknowledgement could come.
 */
const GLANCE_MS = 10;
const PATIENCE = 1000 / GLANCE_MS;

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
  /** With the looks that are left to them. */
  private readonly glances = new Map<Connection, number>();
  private timer: NodeJS.Timeout | undefined = undefined;
  private awaiting: (() => void)[] = [];

  constructor(keeper: Keeper) {
    this.keeper = keeper;
  }

  add(connection: Connection): void {
    if (!UNFINISHED.has(connection.state)) return;
    this.glances.set(connection, PATIENCE);
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
    for (const [connection, left] of this.glances) {
      if (UNFINISHED.has(connection.state) && left > 1) this.glances.set(connection, left - 1);
      else this.glances.delete(connection);
    }
    if (this.glances.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.keeper.release();
    for (const resolve of this.awaiting.splice(0)) resolve();
  };
}
