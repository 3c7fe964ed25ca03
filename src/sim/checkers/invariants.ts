import { assertInvariants } from '../../tcp/invariants.ts';
import type { SimHost } from '../sim-host.ts';
import type { Checker, Complain } from './checker.ts';

/** What must be true of every connection block after every input. */
export class Invariants implements Checker {
  readonly name = 'invariants of the engine';

  settled(host: SimHost, complain: Complain): void {
    if (!host.isOn) return;
    for (const connection of host.host.connections()) {
      try {
        assertInvariants(connection);
      } catch (error) {
        complain(`${host.name}: ${String(error)}`);
      }
    }
  }
}
