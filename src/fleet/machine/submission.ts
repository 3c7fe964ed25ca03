import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Language } from '../../causes/text.ts';
import { FORMAT, type Input, type Plan, type Unreadable } from '../plan.ts';
import { inputsOf, places } from './library.ts';
import type { Store } from './store.ts';

/**
 * Enters captures into the store, each content once whatever it is called, and plans the work over
 * all that the store knows. `reason` says in words why a file could not be read. `told` is called
 * for each file that was looked at.
 */
export const submitted = async (
  store: Store,
  files: readonly string[],
  language: Language,
  reason: (error: NodeJS.ErrnoException) => string,
  told: (bytes: number) => void,
): Promise<Plan> => {
  const unreadable: Unreadable[] = [];
  const known = new Map(inputsOf(store).map((input) => [input.hash, input]));
  for (const file of files) {
    const input = await inputOf(file, known, reason);
    if ('message' in input) unreadable.push(input);
    else {
      enter(store, input, known);
      told(input.bytes);
    }
  }
  // Read again: of two who submit at once, one then knows all that the other brought.
  const inputs = inputsOf(store).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const decisive = [FORMAT, language, inputs.map(({ hash, name }) => [hash, name]), unreadable];
  const id = createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
  const plan: Plan = { id, format: FORMAT, language, inputs, unreadable };
  store.writeJson(places.plan(id), plan);
  return plan;
};

const inputOf = async (
  file: string,
  known: ReadonlyMap<string, Input>,
  reason: (error: NodeJS.ErrnoException) => string,
): Promise<Input | Unreadable> => {
  const name = basename(file);
  const path = resolve(file);
  try {
    const status = statSync(path);
    if (!status.isFile()) return { name, message: 'is no ordinary file' };
    const { size: bytes, mtimeMs: changedMs } = status;
    const isSame = (one: Input): boolean =>
      one.path === path && one.bytes === bytes && one.changedMs === changedMs;
    const same = [...known.values()].find(isSame);
    if (same !== undefined) return same;
    return { hash: await hashOf(path), name, path, bytes, changedMs };
  } catch (error) {
    return { name, message: reason(error as NodeJS.ErrnoException) };
  }
};

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Buffer);
  }
  return hash.digest('hex');
};

/** A content that lies elsewhere too keeps its name, and its path for as long as there is something. */
const enter = (store: Store, input: Input, known: Map<string, Input>): void => {
  const before = known.get(input.hash);
  if (before === input) return;
  if (before !== undefined && existsSync(before.path) && before.path !== input.path) return;
  const entered = before === undefined ? input : { ...input, name: before.name };
  known.set(input.hash, entered);
  store.writeJson(places.input(input.hash), entered);
};
