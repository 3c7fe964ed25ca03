import type { Extract } from '../extract.ts';
import { FORMAT, PARTS, type Plan } from '../plan.ts';
import type { Clock, PartOfFile } from '../reduce.ts';
import { type Gathered, places } from './library.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

// Words of the head; then where each part begins, and where the last one ends.
const MARK = 0x524c_4558;
const BEGAN = 2;
const REACHED = 3;
const REACHED_NANOS = 4;
const STARTS = 5;
const HEAD_WORDS = STARTS + PARTS + 1;

/** Extracts of one file, part after part behind a head that says where each one lies. */
export const writeExtract = (store: Store, name: string, extract: Extract): void => {
  const head = new Int32Array(HEAD_WORDS);
  head[0] = MARK;
  head[1] = FORMAT;
  head[BEGAN] = extract.beganSeconds;
  head[REACHED] = extract.reachedSeconds;
  head[REACHED_NANOS] = extract.reachedNanos;
  let at = HEAD_WORDS;
  for (const [part, { length }] of extract.parts.entries()) {
    head[STARTS + part] = at;
    at += length;
  }
  head[STARTS + PARTS] = at;
  store.write(name, ...[head, ...extract.parts.map(({ written }) => written)].map(bytesOf));
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const headOf = (store: Store, name: string): Int32Array => {
  const head = store.readWords(name, 0, HEAD_WORDS);
  if (head[0] === MARK && head[1] === FORMAT) return head;
  throw new StoreError(`${store.path(name)}: not an extract of this version`);
};

/** One part of all files, in order. */
export const partsOfFiles = (
  store: Store,
  plan: Plan,
  { order }: Gathered,
  part: number,
): PartOfFile[] =>
  order.map(({ input, framesBefore }) => {
    const name = places.extract(plan.id, plan.inputs[input].hash);
    const head = headOf(store, name);
    const from = head[STARTS + part];
    const rows = store.readWords(name, from, head[STARTS + part + 1] - from);
    return { rows, framesBefore };
  });

/** The clock over all files, as one investigation over them would have had it. */
export const clockOf = (store: Store, plan: Plan, { order, facts }: Gathered): Clock => {
  let beganSeconds = -1;
  let reached = { seconds: 0, nanos: 0 };
  let endSeconds = 0;
  for (const { input } of order) {
    const { hash } = plan.inputs[input];
    const head = headOf(store, places.extract(plan.id, hash));
    const { counts } = facts[input];
    if (counts.packets > 0) endSeconds = counts.endSeconds;
    if (head[BEGAN] === -1) continue;
    if (beganSeconds < 0) beganSeconds = head[BEGAN] >>> 0;
    const [seconds, nanos] = [head[REACHED] >>> 0, head[REACHED_NANOS]];
    const isLater =
      seconds > reached.seconds || (seconds === reached.seconds && nanos > reached.nanos);
    if (isLater) reached = { seconds, nanos };
  }
  const reachedSeconds = reached.seconds - beganSeconds + reached.nanos * 1e-9;
  return { beganSeconds, reachedSeconds, endSeconds };
};
