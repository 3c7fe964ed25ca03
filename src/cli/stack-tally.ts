import type { ResetEvent } from '../tcp/reset-event.ts';

/** What a run comes to. */
export class Tally {
  connections = 0;
  readonly events = { sent: 0, received: 0, challenged: 0, ignored: 0, withheld: 0 };
  /** Resets sent, by their cause. */
  readonly causes = new Map<string, number>();

  reset(event: ResetEvent): void {
    this.events[event.kind] += 1;
    if (event.kind !== 'sent') return;
    this.causes.set(event.cause, (this.causes.get(event.cause) ?? 0) + 1);
  }
}
