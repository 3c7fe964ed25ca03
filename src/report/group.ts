import type { CauseId } from '../causes/ids.ts';
import type { Confidence, Verdict } from '../forensics/verdict.ts';
import { roleOfSender } from './model.ts';

/** The verdicts that share a cause and the role of whom it is laid to: one paragraph of a report. */
export interface Group {
  readonly cause: CauseId;
  readonly senderRole: 'client' | 'server';
  /** In frame order; repeats of a connection's reset are not among them. Never empty. */
  readonly verdicts: readonly Verdict[];
  readonly resets: number;
  readonly failures: number;
  /** Further resets of the same connections that only repeat one of `verdicts`. */
  readonly repeats: number;
  /** The verdict that shows the cause best. */
  readonly example: Verdict;
}

export interface Grouping {
  /** Worst first. */
  readonly told: readonly Group[];
  /** Benign ones that are only counted; empty when all was asked for. */
  readonly folded: readonly Group[];
}

const SURENESS: Readonly<Record<Confidence, number>> = { certain: 3, likely: 2, possible: 1 };

/** Repeats are told with the reset that they repeat: per connection, the newest one before them. */
const attachRepeats = (verdicts: readonly Verdict[]): Map<Verdict, number> => {
  const first = new Map<number, Verdict>();
  const repeats = new Map<Verdict, number>();
  for (const verdict of verdicts) {
    const original = first.get(verdict.connection.id);
    if (verdict.cause === 'repeated-reset' && original !== undefined) {
      repeats.set(original, (repeats.get(original) ?? 0) + 1);
    } else {
      first.set(verdict.connection.id, verdict);
      repeats.set(verdict, 0);
    }
  }
  return repeats;
};

/** The surest verdict; among equals the one with the most evidence, then the earliest. */
const bestOf = (verdicts: readonly Verdict[]): Verdict => {
  const worth = (verdict: Verdict) =>
    SURENESS[verdict.confidence] * 1000 + verdict.evidence.filter((seen) => seen.supports).length;
  return verdicts.reduce((best, next) => (worth(next) > worth(best) ? next : best));
};

const toGroup = (verdicts: readonly Verdict[], repeats: ReadonlyMap<Verdict, number>): Group => {
  const example = bestOf(verdicts);
  const failures = verdicts.filter((verdict) => verdict.type === 'failure').length;
  return {
    cause: example.cause,
    senderRole: roleOfSender(example),
    verdicts,
    resets: verdicts.length - failures,
    failures,
    repeats: verdicts.reduce((sum, verdict) => sum + (repeats.get(verdict) ?? 0), 0),
    example,
  };
};

/** Whether it hurt: 2 broke a connection, 1 was without effect or not understood, 0 is as it should be. */
const harm = (group: Group): 0 | 1 | 2 => {
  if (group.example.benign) return 0;
  const spent = group.verdicts.every((v) => v.effect === 'ignored' || v.effect === 'challenged');
  return spent ? 1 : 2;
};

const worstFirst = (a: Group, b: Group): number =>
  harm(b) - harm(a) ||
  b.verdicts.length - a.verdicts.length ||
  SURENESS[b.example.confidence] - SURENESS[a.example.confidence] ||
  (a.verdicts[0]?.frame ?? 0) - (b.verdicts[0]?.frame ?? 0);

/** Sorts the verdicts of one capture (in frame order) into what a person reads, worst first. */
export const group = (verdicts: readonly Verdict[], all: boolean): Grouping => {
  const repeats = attachRepeats(verdicts);
  const buckets = new Map<string, Verdict[]>();
  for (const verdict of repeats.keys()) {
    const key = `${verdict.cause} ${roleOfSender(verdict)} ${verdict.benign}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [verdict]);
    else bucket.push(verdict);
  }
  const groups = [...buckets.values()]
    .map((bucket) => toGroup(bucket, repeats))
    .toSorted(worstFirst);
  const isFolded = (one: Group) => !all && one.example.benign;
  return { told: groups.filter((one) => !isFolded(one)), folded: groups.filter(isFolded) };
};
