import type { ResetEvent } from '../../tcp/reset-event.ts';
import type { InFlight } from '../in-flight.ts';
import type { SimHost } from '../sim-host.ts';

/** Something that must never be seen was seen. */
export interface Violation {
  readonly atMs: number;
  readonly checker: string;
  readonly text: string;
}

/** Tells of a violation, in a sentence. */
export type Complain = (text: string) => void;

/**
 * Watches hosts at their interfaces and holds them to a law. It knows nothing of the engine but
 * what its sockets and packets show, unless its law is about the engine itself.
 */
export interface Checker {
  readonly name: string;
  arrives?(host: SimHost, packet: InFlight, complain: Complain): void;
  departs?(host: SimHost, packet: InFlight, complain: Complain): void;
  tells?(host: SimHost, event: ResetEvent, complain: Complain): void;
  /** The host has done with what arrived, rang, or was called. */
  settled?(host: SimHost, complain: Complain): void;
  /** The world has come to its end: programs are over, and timers had their time. */
  finish?(hosts: readonly SimHost[], complain: Complain): void;
}
