import { Crew } from '../fleet/machine/crew.ts';
import type { Store } from '../fleet/machine/store.ts';

/** So many threads that do the tasks of a store's plans. */
export const fleetCrew = (store: Store, threads: number): Crew =>
  new Crew(new URL('./fleet-thread.js', import.meta.url), store.directory, threads);
