import { randomBytes } from 'node:crypto';
import type { FileFacts, Placed } from '../order.ts';
import { FORMAT, type Input, type Plan, STAGES, type Stage, type Task, tasksOf } from '../plan.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/** What `current.json` says: which tables hold the answer, and over which captures. */
export interface Current {
  readonly format: number;
  readonly plan: string;
  readonly hashes: readonly string[];
  /** Tables of before, left for those who are reading them. */
  readonly previous: string | undefined;
}

/** What the gathering came to. */
export interface Gathered {
  readonly order: readonly Placed[];
  /** Of each input, by its place in the plan. */
  readonly facts: readonly Pick<FileFacts, 'counts' | 'problems'>[];
  readonly connections: number;
}

/** A file for the survey. */
export interface Digested extends FileFacts {
  readonly words: Int32Array;
}

const VERSIONED = `v${FORMAT}`;

/** Where what lies in a store, by what it was made from. */
export const places = {
  format: 'resetlab-store.json',
  current: 'current.json',
  input: (hash: string) => `captures/${hash}.json`,
  plan: (id: string) => `plans/${id}.json`,
  digest: (hash: string) => `digests/${hash}-${VERSIONED}`,
  /** In place of a digest, where the file could not be read. */
  unread: (plan: string, hash: string) => `work/${plan}/unread-${hash}`,
  survey: (plan: string) => `work/${plan}/survey`,
  order: (plan: string) => `work/${plan}/order`,
  extract: (plan: string, hash: string) => `work/${plan}/extract-${hash}`,
  unanswered: (plan: string, part: number) => `work/${plan}/unanswered-${part}`,
  judged: (plan: string, part: number) => `work/${plan}/judged-${part}`,
  verdicts: (plan: string, part: number) => `tables/${plan}/verdicts-${part}-${VERSIONED}.parquet`,
  captures: (plan: string) => `tables/${plan}/captures-${VERSIONED}.parquet`,
  problems: (plan: string) => `tables/${plan}/problems-${VERSIONED}.parquet`,
  summary: (plan: string) => `tables/${plan}/summary.json`,
  work: (plan: string) => `work/${plan}`,
  tables: (plan: string) => `tables/${plan}`,
} as const;

/** Begins a store, or makes sure that it is one of this version; throws a `StoreError` otherwise. */
export const openStore = (store: Store): void => {
  if (!store.has(places.format)) {
    store.begin(places.format, { format: FORMAT, id: randomBytes(8).toString('hex') });
  }
  checkFormat(store, store.readJson(places.format) as { format?: unknown });
};

/** What tells a store from all others that use the same Redis. */
export const storeId = (store: Store): string => {
  const { id } = store.readJson(places.format) as { id?: unknown };
  if (typeof id === 'string' && /^[0-9a-f]+$/.test(id)) return id;
  throw new StoreError(`${store.path(places.format)}: not of resetlab`);
};

const checkFormat = (store: Store, { format }: { format?: unknown }): void => {
  if (format === FORMAT) return;
  throw new StoreError(
    `${store.directory}: its tables are of version ${String(format)}, and this resetlab writes and ` +
      `reads version ${FORMAT}; give another directory to --store and submit the captures again`,
  );
};

/** The tables that hold the answer; undefined where nothing was finished yet. */
export const currentOf = (store: Store): Current | undefined => {
  if (!store.has(places.current)) return undefined;
  const current = store.readJson(places.current) as Current;
  checkFormat(store, current);
  return current;
};

export const planOf = (store: Store, id: string): Plan => {
  const plan = store.readJson(places.plan(id)) as Plan;
  checkFormat(store, plan);
  return plan;
};

export const inputsOf = (store: Store): Input[] =>
  store.names('captures').map((name) => store.readJson(`captures/${name}`) as Input);

export const digestOf = (store: Store, plan: Plan, { hash }: Input): Digested => {
  const whole = places.digest(hash);
  return store.readValue(store.has(whole) ? whole : places.unread(plan.id, hash)) as Digested;
};

const hasDigest = (store: Store, plan: Plan, { hash }: Input): boolean =>
  store.has(places.digest(hash)) || store.has(places.unread(plan.id, hash));

export const gatheredOf = (store: Store, plan: Plan): Gathered =>
  store.readValue(places.order(plan.id)) as Gathered;

/** Whether what a task is to make is there: then it need not be done again. */
export const isDone = (store: Store, plan: Plan, { stage, index }: Task): boolean => {
  if (isPublished(store, plan)) return true;
  switch (stage) {
    case 'digest':
      return hasDigest(store, plan, plan.inputs[index]);
    case 'gather':
      return store.has(places.order(plan.id));
    case 'select':
      return store.has(places.extract(plan.id, plan.inputs[index].hash));
    case 'follow':
      return store.has(places.unanswered(plan.id, index));
    case 'judge':
      return store.has(places.judged(plan.id, index));
    case 'publish':
      return false;
  }
};

/** Once the summary is there all is done, though what led to it is gone. */
const isPublished = (store: Store, plan: Plan): boolean => store.has(places.summary(plan.id));

/** The first stage, at or after `from`, of which something is missing; undefined: all is done. */
export const stageToDo = (store: Store, plan: Plan, from?: Stage): Stage | undefined =>
  STAGES.slice(from === undefined ? 0 : STAGES.indexOf(from)).find((stage) =>
    tasksOf(plan, stage).some((task) => !isDone(store, plan, task)),
  );
