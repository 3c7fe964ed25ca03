import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Language } from '../../causes/text.ts';
import {
  type Arrival,
  FORMAT,
  type Input,
  type Plan,
  type Reception,
  type Unreadable,
} from '../plan.ts';
import {
  type Handed,
  isArrival,
  isObject,
  keyOf,
  whyChanged,
  whyObjectChanged,
} from './arrival.ts';
import { hashKnownOf, inputsOf, places, refusalOf } from './library.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/**
 * Those that must be read before it is known what they hold. Each reception is another: what was refused
 * once may be readable now.
 */
export const receptionOf = (store: Store, handed: readonly Handed[]): Reception => {
  const byKey = new Map(handed.filter(isArrival).map((arrival) => [keyOf(arrival), arrival]));
  const arrivals = [...byKey.values()].filter(
    (arrival) => hashKnownOf(store, arrival) === undefined,
  );
  const id = idOf([FORMAT, arrivals, randomUUID()]);
  const reception: Reception = { id, format: FORMAT, arrivals };
  if (arrivals.length > 0) store.writeJson(places.plan(id), reception);
  return reception;
};

/**
 * Enters what was received into the store, each content once whatever it is called, and plans the work
 * over all that the store knows and that is there still.
 */
export const planned = async (
  store: Store,
  handed: readonly Handed[],
  reception: Reception,
  language: Language,
): Promise<Plan> => {
  const known = new Map(inputsOf(store).map((input) => [input.hash, input]));
  const unreadable: Unreadable[] = [];
  for (const one of handed) {
    const entered = isArrival(one) ? inputOf(store, reception, one) : one;
    if ('message' in entered) unreadable.push(entered);
    else enter(store, entered, known);
  }
  store.remove(places.work(reception.id));
  // Read again: of two who submit at once, one then knows all that the other brought.
  const seen = new Set(handed.filter(isArrival).map(keyOf));
  const inputs = await present(inputsOf(store), seen, unreadable);
  const id = idOf([FORMAT, language, inputs.map(({ hash, name }) => [hash, name]), unreadable]);
  const plan: Plan = { id, format: FORMAT, language, inputs, unreadable };
  store.writeJson(places.plan(id), plan);
  return plan;
};

/**
 * In the order of their hashes; what is gone is told of, unless it lies there with other contents.
 * `seen`: keys of what was there a moment ago.
 */
const present = async (
  known: readonly Input[],
  seen: ReadonlySet<string>,
  unreadable: Unreadable[],
): Promise<Input[]> => {
  const reasons = await inTurns(known, (input) =>
    seen.has(keyOf(input)) ? undefined : whyGone(input),
  );
  const there = known.filter((_, at) => reasons[at] === undefined);
  const paths = new Set(there.map(({ path }) => path));
  for (const [at, { name, path }] of known.entries()) {
    const message = reasons[at];
    if (message !== undefined && !paths.has(path)) unreadable.push({ name, message });
  }
  return there.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
};

const whyGone = (input: Input): string | undefined | Promise<string | undefined> =>
  isObject(input) ? whyObjectChanged(input) : whyChanged(input);

/** A store of objects is asked about so many at a time. */
const AT_A_TIME = 16;

const inTurns = async <One, Answer>(
  all: readonly One[],
  ask: (one: One) => Answer | Promise<Answer>,
): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let from = 0; from < all.length; from += AT_A_TIME) {
    answers.push(...(await Promise.all(all.slice(from, from + AT_A_TIME).map(ask))));
  }
  return answers;
};

const idOf = (decisive: unknown): string =>
  createHash('sha256').update(JSON.stringify(decisive)).digest('hex');

const inputOf = (store: Store, { id }: Reception, arrival: Arrival): Input | Unreadable => {
  const hash = hashKnownOf(store, arrival);
  if (hash !== undefined) return { hash, ...arrival };
  const message = refusalOf(store, id, arrival);
  if (message === undefined) throw new StoreError(`${arrival.path}: nobody has read it`);
  return { name: arrival.name, message };
};

/** A content that lies elsewhere too keeps its name, and its path for as long as there is something. */
const enter = (store: Store, input: Input, known: Map<string, Input>): void => {
  const before = known.get(input.hash);
  if (before !== undefined && isSame(before, input)) return;
  if (before !== undefined && before.path !== input.path && mayBeThere(before)) return;
  const entered = before === undefined ? input : { ...input, name: before.name };
  known.set(input.hash, entered);
  store.writeJson(places.input(input.hash), entered);
};

const isSame = (one: Input, other: Input): boolean => keyOf(one) === keyOf(other);

/** Of an object it is not asked here: whoever wants it hears. */
const mayBeThere = (input: Input): boolean => isObject(input) || existsSync(input.path);
