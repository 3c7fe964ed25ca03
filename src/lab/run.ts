import type { CauseId } from '../causes/ids.ts';
import type { Outcome, Role, Scenario, Variant } from '../causes/scenario.ts';
import type { ResetEvent, ResetSent } from '../tcp/reset-event.ts';

/** How a scenario is played this time. */
export interface RunOptions {
  /** Of all chance, links and initial sequence numbers. */
  readonly seed: number;
  readonly family: 4 | 6;
  readonly timestamps: boolean;
  /** Set on both hosts after the scenario's own, by public name. */
  readonly sysctls: readonly (readonly [name: string, value: string])[];
  /** How likely each packet is to be lost on its way, 0 to 1; 0 if not said. */
  readonly loss?: number;
  /** The variant's steps are not those it was written with: what they wait for may not come. */
  readonly isAdjusted?: true;
}

export const ROLES: readonly Role[] = ['client', 'server'];

/** One call of an application, and what it was told. */
export interface CallRecord {
  readonly atMs: number;
  readonly on: Role;
  /** As `read` or `close`, with the name of its socket. */
  readonly call: string;
  readonly socket: string;
  readonly outcome: Outcome;
  /** What Linux gives, where the scenario says it. */
  readonly expected: Outcome | undefined;
  /** The cause of the reset behind an error. */
  readonly because: CauseId | undefined;
}

/** What one host, or a box between them, told of resets. */
export interface Told {
  readonly who: string;
  readonly event: ResetEvent;
}

/** What was captured at one end. */
export interface Recording {
  /** A pcapng file; a comment on each reset names its cause. */
  readonly capture: Uint8Array;
  /** Of each reset in it, why it was sent. */
  readonly resets: readonly {
    readonly frame: number;
    readonly event: ResetSent;
    /** The cause, as whoever knows best told it. */
    readonly cause: CauseId;
  }[];
}

/** A scenario that has been played. */
export interface Run {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly options: RunOptions;
  readonly recordings: Readonly<Record<Role, Recording>>;
  readonly told: readonly Told[];
  readonly calls: readonly CallRecord[];
}
