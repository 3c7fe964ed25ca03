import { randomBytes } from 'node:crypto';
import type { FileFacts, Placed } from '../order.ts';
import {
  type Arrival,
  FORMAT,
  type Input,
  isReception,
  type Plan,
  type Reception,
  type Stage,
  stagesOf,
  type Task,
  tasksOf,
  type Work,
} from '../plan.ts';
import { keyOf } from './arrival.ts';
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
  /** What a file of this name, size and time holds. */
  arrival: (key: string) => `arrivals/${key}.json`,
  /** Why it could not be read, this time. */
  refusal: (reception: string, key: string) => `work/${reception}/refusal-${key}.json`,
  /** Of a plan or a reception. */
  plan: (id: string) => `plans/${id}.json`,
  digest: (hash: string) => `digests/${hash}-${VERSIONED}`,
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

export const workOf = (store: Store, id: string): Work => {
  const work = store.readJson(places.plan(id)) as Work;
  checkFormat(store, work);
  return work;
};

export const inputsOf = (store: Store): Input[] =>
  store.names('captures').map((name) => store.readJson(`captures/${name}`) as Input);

/** The hash of what a file holds, if it was ever read, and its digest is still there. */
export const hashKnownOf = (store: Store, arrival: Arrival): string | undefined => {
  const name = places.arrival(keyOf(arrival));
  if (!store.has(name)) return undefined;
  const { hash } = store.readJson(name) as { hash: string };
  return store.has(places.digest(hash)) ? hash : undefined;
};

/** Why a file of the reception could not be read, if so. */
export const refusalOf = (store: Store, id: string, arrival: Arrival): string | undefined => {
  const name = places.refusal(id, keyOf(arrival));
  if (!store.has(name)) return undefined;
  return (store.readJson(name) as { message: string }).message;
};

export const digestOf = (store: Store, { hash }: Input): Digested =>
  store.readValue(places.digest(hash)) as Digested;

export const gatheredOf = (store: Store, plan: Plan): Gathered =>
  store.readValue(places.order(plan.id)) as Gathered;

/** Whether what a task is to make is there: then it need not be done again. */
export const isDone = (store: Store, work: Work, task: Task): boolean => {
  if (isReception(work)) return isEntered(store, work, task.index);
  return isPublished(store, work) || isMade(store, work, task);
};

const isEntered = (store: Store, { id, arrivals }: Reception, index: number): boolean =>
  hashKnownOf(store, arrivals[index]) !== undefined ||
  refusalOf(store, id, arrivals[index]) !== undefined;

/** Once the summary is there all is done, though what led to it is gone. */
const isPublished = (store: Store, plan: Plan): boolean => store.has(places.summary(plan.id));

const isMade = (store: Store, { id, inputs }: Plan, { stage, index }: Task): boolean => {
  switch (stage) {
    case 'gather':
      return store.has(places.order(id));
    case 'select':
      return store.has(places.extract(id, inputs[index].hash));
    case 'follow':
      return store.has(places.unanswered(id, index));
    case 'judge':
      return store.has(places.judged(id, index));
    case 'enter':
    case 'publish':
      return false;
  }
};

/** The first stage, at or after `from`, of which something is missing; undefined: all is done. */
export const stageToDo = (store: Store, work: Work, from?: Stage): Stage | undefined => {
  const stages = stagesOf(work);
  return stages
    .slice(from === undefined ? 0 : stages.indexOf(from))
    .find((stage) => tasksOf(work, stage).some((task) => !isDone(store, work, task)));
};
