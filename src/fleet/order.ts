import { type CaptureCounts, noCounts, type Problem } from '../capture/problem.ts';

/** What the reading of a file came to, besides what was in it. */
export interface FileFacts {
  readonly counts: CaptureCounts;
  readonly problems: readonly Problem[];
  /** When its first TCP segment came; undefined where there is none, and `counts` tells the end. */
  readonly first: { readonly seconds: number; readonly nanos: number } | undefined;
}

/** A file's place among all. */
export interface Placed {
  /** In the plan. */
  readonly input: number;
  readonly framesBefore: number;
}

/**
 * The order in which captures are taken for one: that of their first segments, as names of rotated files
 * need not sort by time; where those are the same, of their names.
 */
export const inOrder = (
  files: readonly (Pick<FileFacts, 'first' | 'counts'> & { readonly name: string })[],
): Placed[] => {
  const indexes = files.map((_, index) => index);
  indexes.sort((a, b) => compare(files[a], files[b]));
  let framesBefore = 0;
  return indexes.map((input) => {
    const placed = { input, framesBefore };
    framesBefore += files[input].counts.packets;
    return placed;
  });
};

type Comparable = Pick<FileFacts, 'first' | 'counts'> & { readonly name: string };

const compare = (a: Comparable, b: Comparable): number => {
  const [one, other] = [timeOf(a), timeOf(b)];
  if (one.seconds !== other.seconds) return one.seconds < other.seconds ? -1 : 1;
  if (one.nanos !== other.nanos) return one.nanos - other.nanos;
  return a.name < b.name ? -1 : 1;
};

/** A file of other packets only stands where its last one does; one without any comes last. */
const timeOf = ({ first, counts }: Comparable): { seconds: number; nanos: number } => {
  if (first !== undefined) return first;
  if (counts.packets === 0) return { seconds: Infinity, nanos: 0 };
  const seconds = Math.floor(counts.endSeconds);
  return { seconds, nanos: Math.round((counts.endSeconds - seconds) * 1e9) };
};

/** The counts of one capture that is made of these, in order. */
export const summed = (all: readonly CaptureCounts[]): CaptureCounts => {
  const sum = noCounts();
  for (const counts of all) {
    sum.packets += counts.packets;
    sum.tcp += counts.tcp;
    sum.other += counts.other;
    sum.laterFragments += counts.laterFragments;
    sum.headerCut += counts.headerCut;
    sum.malformed += counts.malformed;
    sum.cut += counts.cut;
    sum.unknownLinkType += counts.unknownLinkType;
    sum.tunnelled += counts.tunnelled;
    sum.superSegments += counts.superSegments;
    if (counts.dropped >= 0) sum.dropped = Math.max(sum.dropped, 0) + counts.dropped;
    sum.untilSeconds = Math.max(sum.untilSeconds, counts.untilSeconds);
    if (counts.packets > 0) sum.endSeconds = counts.endSeconds;
  }
  return sum;
};
