import type { Outcome, Role } from '../../causes/scenario.ts';

/** Where a capture is taken: at an end, or on all devices of the client's host or of the router. */
export type Place = Role | 'any';

/** A scenario as a real kernel played it; whoever carries it out need not know of this floor. */
export interface KernelRun {
  /** pcap files, by where they were taken. */
  readonly captures: ReadonlyMap<Place, Uint8Array>;
  /** Each reset that the kernel sent, with its own reason, in order. */
  readonly kernel: readonly KernelReset[];
  readonly calls: readonly KernelCall[];
}

export interface KernelReset {
  /** Whose stack it was. */
  readonly by: Role | 'router';
  /** As `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly source: string;
  readonly target: string;
  /** Of its socket as it sent, as `TCP_CLOSE`; `UNKNOWN` without one. */
  readonly state: string;
  /** As `TCP_ABORT_ON_CLOSE` (tracepoint tcp:tcp_send_reset). */
  readonly reason: string;
}

export interface KernelCall {
  readonly atMs: number;
  readonly on: Role;
  readonly call: string;
  readonly socket: string;
  readonly outcome: Outcome;
  readonly expected: Outcome | undefined;
}
