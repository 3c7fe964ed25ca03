import type { LadderRow } from '../../forensics/verdict.ts';
import { isSegment, type LadderEntry } from './ladder-data.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;

/** Fewer segments than this are not worth folding. */
const WORTH_FOLDING = 5;
/** Segments with a remark that are never folded; of more, the first and the last half of them. */
const REMARKS_SHOWN = 16;
/** A silence that is told, in seconds. */
const PAUSE_SECONDS = 1;

/** One line of a ladder as it is shown. */
export type LadderItem =
  | { readonly kind: 'segment'; readonly row: LadderRow; readonly index: number }
  | ({ readonly kind: 'stretch' } & Stretch)
  | { readonly kind: 'pause'; readonly seconds: number }
  | { readonly kind: 'omitted'; readonly count: number };

/** Segments in a row that are folded into one line, or could be. */
export interface Stretch {
  /** Index of its first row and of the one after its last. */
  readonly from: number;
  readonly to: number;
  /** Its first frame names it. */
  readonly frame: number;
  readonly resets: number;
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
}

export interface LadderPlan {
  readonly items: readonly LadderItem[];
  /** All that can be folded, whether it is or not. */
  readonly stretches: readonly Stretch[];
}

/** What is to be seen of a ladder. */
export interface LadderFocus {
  /** Frames that are never folded: verdicts, their evidence. */
  readonly frames: ReadonlySet<number>;
  /** Resets that only repeat another. */
  readonly repeats: ReadonlySet<number>;
  /** Stretches unfolded by hand, by their first frame. */
  readonly unfolded: ReadonlySet<number>;
}

/** Lines of a ladder: what matters in full, long stretches of ordinary traffic folded, silences told. */
export const planLadder = (entries: readonly LadderEntry[], focus: LadderFocus): LadderPlan => {
  const rows = entries.filter(isSegment);
  const stretches = foldable(rows, gapsBefore(entries), focus);
  const folded = new Map(
    stretches.filter(({ frame }) => !focus.unfolded.has(frame)).map((one) => [one.from, one]),
  );
  const items: LadderItem[] = [];
  const gaps = gapsBefore(entries);
  for (let index = 0; index < rows.length;) {
    const row = rows[index]!;
    const count = gaps.get(index);
    if (count !== undefined) items.push({ kind: 'omitted', count });
    const silence = row.atSeconds - (rows[index - 1]?.atSeconds ?? row.atSeconds);
    if (silence >= PAUSE_SECONDS) items.push({ kind: 'pause', seconds: silence });
    const stretch = folded.get(index);
    items.push(stretch === undefined ? { kind: 'segment', row, index } : stretchItem(stretch));
    index = stretch?.to ?? index + 1;
  }
  return { items, stretches };
};

const stretchItem = (stretch: Stretch): LadderItem => ({ kind: 'stretch', ...stretch });

/** By the index of a row, how many segments before it are not in the ladder. */
const gapsBefore = (entries: readonly LadderEntry[]): Map<number, number> => {
  const gaps = new Map<number, number>();
  let index = 0;
  for (const entry of entries) {
    if (isSegment(entry)) index++;
    else gaps.set(index, entry.omitted);
  }
  return gaps;
};

/** Runs of rows that nobody looks for, without their first and last: what was before goes on there. */
const foldable = (
  rows: readonly LadderRow[],
  gaps: ReadonlyMap<number, number>,
  focus: LadderFocus,
): Stretch[] => {
  const shown = remarkable(rows);
  const isOrdinary = (row: LadderRow): boolean => {
    if (focus.frames.has(row.frame) || row.icmp !== undefined || shown.has(row)) return false;
    if ((row.flags & RST) !== 0) return focus.repeats.has(row.frame);
    return (row.flags & (SYN | FIN)) === 0;
  };
  const stretches: Stretch[] = [];
  let from = 0;
  for (let index = 0; index <= rows.length; index++) {
    const row = rows[index];
    const previous = rows[index - 1];
    const silence = (row?.atSeconds ?? 0) - (previous?.atSeconds ?? 0) >= PAUSE_SECONDS;
    if (row !== undefined && isOrdinary(row) && !gaps.has(index) && !silence) continue;
    if (index - from - 2 >= WORTH_FOLDING) stretches.push(stretchOf(rows, from + 1, index - 1));
    from = row !== undefined && isOrdinary(row) ? index : index + 1;
  }
  return stretches;
};

/** Rows whose remark is worth a line; a train of them says no more than its beginning and its end. */
const remarkable = (rows: readonly LadderRow[]): ReadonlySet<LadderRow> => {
  const remarked = rows.filter((row) => row.remark !== undefined);
  if (remarked.length <= REMARKS_SHOWN) return new Set(remarked);
  const half = REMARKS_SHOWN / 2;
  return new Set([...remarked.slice(0, half), ...remarked.slice(-half)]);
};

const stretchOf = (rows: readonly LadderRow[], from: number, to: number): Stretch => {
  const folded = rows.slice(from, to);
  const bytes = (client: boolean) =>
    folded.filter((row) => row.fromClient === client).reduce((sum, row) => sum + row.length, 0);
  return {
    from,
    to,
    frame: rows[from]?.frame ?? 0,
    resets: folded.filter((row) => (row.flags & RST) !== 0).length,
    bytesFromClient: bytes(true),
    bytesFromServer: bytes(false),
  };
};
