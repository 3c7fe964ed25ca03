import type { CauseId } from '../../causes/ids.ts';
import { type NoteCounts, Notes } from '../../forensics/notes.ts';
import type { Summary } from '../../forensics/verdict.ts';
import { summed } from '../order.ts';
import { PARTS, type Plan } from '../plan.ts';
import { captureColumns, type CaptureRow, problemColumns } from '../tables.ts';
import { makeCurrent } from './current.ts';
import { type Gathered, gatheredOf, places } from './library.ts';
import { parquetOf } from './parquet.ts';
import type { Store } from './store.ts';

/** What a part's verdicts are, in short. */
export interface Judgements {
  readonly noted: NoteCounts;
  readonly told: readonly Told[];
}

export interface Told {
  readonly frame: number;
  readonly type: 'reset' | 'failure';
  readonly cause: CauseId;
}

/** The tables over all parts and the summary; what led to them is not needed any more. */
export const publish = (store: Store, plan: Plan): void => {
  const gathered = gatheredOf(store, plan);
  const rows = captureRows(plan, gathered);
  store.write(places.captures(plan.id), parquetOf(captureColumns(rows)));
  store.write(places.problems(plan.id), parquetOf(problemColumns(rows)));
  makeCurrent(store, plan);
  // Written last of all that is asked for: with it, the work is done.
  store.writeJson(places.summary(plan.id), summaryOf(store, plan, gathered));
  store.remove(places.work(plan.id));
};

const captureRows = (plan: Plan, { order, facts }: Gathered): CaptureRow[] => {
  const read = order.map(({ input, framesBefore }): CaptureRow => {
    const { name: capture, hash, bytes } = plan.inputs[input];
    const { counts, problems } = facts[input];
    return { capture, hash, bytes, packets: counts.packets, framesBefore, problems };
  });
  const unread = plan.unreadable.map(({ name: capture, message }): CaptureRow => {
    const problems = [{ code: 'unreadable', frame: 0, offset: 0, message, fatal: true }];
    return { capture, hash: undefined, bytes: 0, packets: 0, framesBefore: 0, problems };
  });
  return [...read, ...unread];
};

/** As an investigation of all captures in one would have it. */
const summaryOf = (store: Store, plan: Plan, { order, facts, connections }: Gathered): Summary => {
  const notes = new Notes();
  const all: Told[] = [];
  for (let part = 0; part < PARTS; part++) {
    const judged = store.readValue(places.judged(plan.id, part)) as Judgements;
    notes.add(judged.noted);
    for (const one of judged.told) all.push(one);
  }
  all.sort((a, b) => a.frame - b.frame);
  const byCause: Partial<Record<CauseId, number>> = {};
  for (const { cause } of all) byCause[cause] = (byCause[cause] ?? 0) + 1;
  const ordered = order.map(({ input }) => facts[input]);
  const counts = summed(ordered.map((one) => one.counts));
  const resets = all.filter(({ type }) => type === 'reset').length;
  return {
    counts,
    connections,
    resets,
    failures: all.length - resets,
    byCause,
    problems: ordered.flatMap(({ problems }) => problems),
    notes: notes.tell(counts),
  };
};
