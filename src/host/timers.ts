import { NEVER } from '../tcp/connection.ts';
import { TimerQueue } from './timer-queue.ts';

/** Somebody who wants to be called at a moment that may change. */
export interface Timed {
  /** `NEVER`: not at all. */
  deadline(): number;
  timeUp(now: number): void;
}

/** All timers of a host but those of TIME-WAIT. */
export class Timers {
  private readonly queue = new TimerQueue();
  private readonly owners: (Timed | undefined)[] = [];
  private readonly free: number[] = [];

  /** Gives a number by which it can be armed. */
  admit(owner: Timed): number {
    const id = this.free.pop() ?? this.owners.length;
    this.owners[id] = owner;
    return id;
  }

  dismiss(id: number): void {
    this.queue.disarm(id);
    this.owners[id] = undefined;
    this.free.push(id);
  }

  arm(id: number, at: number): void {
    this.queue.arm(id, at);
  }

  /** The next moment at which somebody truly is to be called. */
  deadline(): number {
    for (;;) {
      const { first, earliest } = this.queue;
      const truly = this.owners[first]?.deadline() ?? NEVER;
      if (truly <= earliest) return earliest;
      this.queue.rearm(first, truly);
    }
  }

  /** Calls all whose time has come, the earliest first. */
  run(now: number): void {
    while (this.deadline() <= now) {
      const id = this.queue.first;
      const owner = this.owners[id];
      this.queue.disarm(id);
      owner?.timeUp(now);
      if (this.owners[id] === owner && owner !== undefined) this.queue.arm(id, owner.deadline());
    }
  }
}
