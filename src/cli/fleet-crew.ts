import { setFlagsFromString } from 'node:v8';
import { Crew } from '../fleet/machine/crew.ts';
import type { Store } from '../fleet/machine/store.ts';

/** So many threads that do the tasks of a store's plans. */
export const fleetCrew = (store: Store, threads: number): Crew => {
  // A part is small and over soon: collecting garbage often, as for one large capture, gains nothing.
  setFlagsFromString('--heap-growing-percent=0');
  return new Crew(store.directory, threads);
};
