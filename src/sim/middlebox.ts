import type { ResetSent } from '../tcp/reset-event.ts';
import type { InFlight } from './in-flight.ts';

/** The two sides of the middle of a network: clients mostly stand left, servers right. */
export type Side = 'left' | 'right';

/** What a middlebox can do. Packets that it sends appear on the far side of it, never before itself. */
export interface Ways {
  forward(packet: InFlight, toward: Side): void;
  /** Tells of a reset that the box made itself. */
  report(event: ResetSent): void;
}

/** Something between the hosts that looks at packets, or more. */
export interface Middlebox {
  /** For events and comments, as `firewall`. */
  readonly name: string;
  /** Called once, before anything else. */
  attach(ways: Ways): void;
  /** A packet arrives; unless it is forwarded it is gone. */
  arrives(packet: InFlight, toward: Side, now: number): void;
  /** When `timeout` is to be called next, Infinity for never; asked again after each call. */
  deadline(): number;
  timeout(now: number): void;
}

export const otherSide = (side: Side): Side => (side === 'left' ? 'right' : 'left');
