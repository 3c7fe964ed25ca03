import type { CongestionControl } from './congestion-control.ts';
import { Cubic } from './cubic.ts';
import { Reno } from './reno.ts';

/** A new one for a new connection, by its name in tcp_congestion_control. */
export const newCongestionControl = (name: CongestionControl['name']): CongestionControl =>
  name === 'cubic' ? new Cubic() : new Reno();
