import type { SimHost } from '../sim-host.ts';
import type { Checker, Complain } from './checker.ts';

/** When programs are over and timers had their time, a host has nothing left of any connection. */
export class ConnectionLeaks implements Checker {
  readonly name = 'nothing is left of any connection';

  finish(hosts: readonly SimHost[], complain: Complain): void {
    for (const host of hosts) {
      if (!host.isOn) continue;
      for (const [what, count] of Object.entries(host.host.counts())) {
        if (count !== 0) complain(`${host.name} still has ${what}: ${String(count)}`);
      }
    }
  }
}
