import { FORMAT, type Plan } from '../plan.ts';
import { type Current, currentOf, places } from './library.ts';
import type { Store } from './store.ts';

/** From now on these tables are the store's answer, unless there are some that know more captures. */
export const makeCurrent = (store: Store, plan: Plan): void => {
  const current = currentOf(store);
  if (current?.plan === plan.id || isOutdated(plan, current)) return;
  const hashes = plan.inputs.map(({ hash }) => hash);
  const previous = current?.plan;
  const next: Current = { format: FORMAT, plan: plan.id, hashes, previous };
  store.writeJson(places.current, next);
  removeOutdated(store, next);
};

/** Tables without a summary are somebody's work still. */
const removeOutdated = (store: Store, { plan, previous }: Current): void => {
  for (const id of store.names('tables')) {
    if (id === plan || id === previous || !store.has(places.summary(id))) continue;
    store.remove(places.summary(id));
    store.remove(places.tables(id));
  }
};

const isOutdated = (plan: Plan, current: Current | undefined): boolean => {
  if (current === undefined || current.hashes.length <= plan.inputs.length) return false;
  const known = new Set(current.hashes);
  return plan.inputs.every(({ hash }) => known.has(hash));
};
