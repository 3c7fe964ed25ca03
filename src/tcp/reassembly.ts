import type { Segment } from '../wire/segment.ts';
import { after, atOrBefore, before } from '../wire/sequence.ts';

/** Most SACK blocks that a segment can carry without timestamps (RFC 2018 §3). */
const MOST_BLOCKS = 4;

/**
 * Which pieces of the sequence space beyond RCV.NXT have arrived: ranges, end exclusive, disjoint and
 * not touching, in ascending order; a FIN counts as a byte. Their bytes stand in the receive buffer. Since only what lies in
 * the window gets here, the window bounds its size.
 */
export class Reassembly {
  count = 0;
  private starts = new Int32Array(8);
  private ends = new Int32Array(8);
  /** A byte of each range that grew last, the latest first: the order of SACK blocks (RFC 2018 §4). */
  private readonly recent = new Int32Array(MOST_BLOCKS);
  private recentCount = 0;
  /** What arrived twice, to be told once (RFC 2883). */
  private duplicateStart = 0;
  private duplicateEnd = 0;
  private hasDuplicate = false;
  /** More than one only from a peer that is out of its mind. */
  private fins: readonly number[] = NO_FINS;

  /** One past the last byte that came out of order; there must be one. */
  get highestEnd(): number {
    if (this.count === 0) throw new Error('nothing came out of order');
    return this.ends[this.count - 1];
  }

  /** A FIN stands among the ranges, where it takes the place of a byte. */
  get hasFin(): boolean {
    return this.fins.length > 0;
  }

  addFin(seq: number): void {
    this.fins = [...this.fins, seq];
  }

  /**
   * The first FIN from `from` on and before `to`; undefined if none is there. Those before `from` are
   * forgotten: text has come in order in their place (tcp_ofo_queue).
   */
  firstFin(from: number, to: number): number | undefined {
    if (this.fins.length === 0) return undefined;
    this.fins = this.fins.filter((fin) => !before(fin, from));
    const reached = this.fins.filter((fin) => before(fin, to));
    return reached.length === 0 ? undefined : reached.reduce((a, b) => (before(b, a) ? b : a));
  }

  /** Text has come in their place, from `start` to `end` (tcp_data_queue_ofo). */
  forgetFins(start: number, end: number): void {
    if (this.fins.length === 0) return;
    this.fins = this.fins.filter((fin) => before(fin, start) || !before(fin, end));
  }

  get isIdle(): boolean {
    return this.count === 0 && !this.hasDuplicate;
  }

  /** Adds the range `start` to `end`, which is not empty; false if all of it was there. */
  add(start: number, end: number): boolean {
    const first = this.firstEndingFrom(start);
    let last = first;
    while (last < this.count && atOrBefore(this.starts[last], end)) last += 1;
    const isKnown =
      last > first && !before(start, this.starts[first]) && !after(end, this.ends[first]);
    if (!isKnown) this.replace(first, last, start, end);
    this.remember(start);
    return !isKnown;
  }

  /** Where RCV.NXT stands once the ranges that it reaches are taken out. */
  take(rcvNxt: number): number {
    let next = rcvNxt;
    let taken = 0;
    while (taken < this.count && atOrBefore(this.starts[taken], next)) {
      if (after(this.ends[taken], next)) next = this.ends[taken];
      taken += 1;
    }
    if (taken > 0) {
      this.remove(0, taken);
      this.forget();
    }
    return next;
  }

  /** Whether the byte at `seq` is there. */
  has(seq: number): boolean {
    const at = this.firstEndingFrom(seq + 1);
    return at < this.count && atOrBefore(this.starts[at], seq);
  }

  /**
   * The text from `start` to `end` has arrived: notes the first piece of it that was there already.
   * Further pieces are not told of (tcp_dsack_extend).
   */
  noteOverlap(start: number, end: number): void {
    const at = this.firstEndingFrom(start + 1);
    if (at === this.count || !before(this.starts[at], end)) return;
    const from = before(this.starts[at], start) ? start : this.starts[at];
    const to = after(this.ends[at], end) ? end : this.ends[at];
    if (!this.hasDuplicate) return this.noteDuplicate(from, to);
    if (after(from, this.duplicateEnd) || before(to, this.duplicateStart)) return;
    if (before(from, this.duplicateStart)) this.duplicateStart = from;
    if (after(to, this.duplicateEnd)) this.duplicateEnd = to;
  }

  /** The range `start` to `end` arrived a second time. */
  noteDuplicate(start: number, end: number): void {
    this.duplicateStart = start;
    this.duplicateEnd = end;
    this.hasDuplicate = true;
  }

  forgetDuplicate(): void {
    this.hasDuplicate = false;
  }

  /** How many SACK blocks the next segment would carry, if it has room for `most`. */
  blocks(most: number): number {
    return Math.min(most, this.recentCount + (this.hasDuplicate ? 1 : 0));
  }

  /** Writes them: what arrived twice, and then the ranges, the latest first. */
  tell(segment: Segment, most: number): void {
    let told = 0;
    if (this.hasDuplicate && most > 0) {
      segment.sack[0] = this.duplicateStart;
      segment.sack[1] = this.duplicateEnd;
      told = 1;
    }
    for (let at = 0; at < this.recentCount && told < most; at += 1) {
      const range = this.firstEndingFrom(this.recent[at] + 1);
      segment.sack[2 * told] = this.starts[range];
      segment.sack[2 * told + 1] = this.ends[range];
      told += 1;
    }
    segment.sackBlocks = told;
    this.hasDuplicate = false;
  }

  /** The ranges in order, for checks. */
  ranges(): [start: number, end: number][] {
    return Array.from({ length: this.count }, (_, at) => [this.starts[at], this.ends[at]]);
  }

  clear(): void {
    this.count = 0;
    this.recentCount = 0;
    this.hasDuplicate = false;
    this.fins = NO_FINS;
  }

  /** The first range that ends at `seq` or after it. */
  private firstEndingFrom(seq: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.ends[middle], seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts one range, which takes in those from `first` up to `last`, in their place. */
  private replace(first: number, last: number, start: number, end: number): void {
    let from = start;
    let to = end;
    if (last > first) {
      if (before(this.starts[first], from)) from = this.starts[first];
      if (after(this.ends[last - 1], to)) to = this.ends[last - 1];
    }
    if (last === first) this.makeRoom(first);
    else if (last > first + 1) this.remove(first + 1, last);
    this.starts[first] = from;
    this.ends[first] = to;
  }

  private makeRoom(at: number): void {
    if (this.count === this.starts.length) {
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.starts.copyWithin(at + 1, at, this.count);
    this.ends.copyWithin(at + 1, at, this.count);
    this.count += 1;
  }

  private remove(from: number, to: number): void {
    this.starts.copyWithin(from, to, this.count);
    this.ends.copyWithin(from, to, this.count);
    this.count -= to - from;
  }

  /** The range of `seq` goes first; what stood for the same range goes. */
  private remember(seq: number): void {
    const range = this.firstEndingFrom(seq + 1);
    let kept = 0;
    for (let at = 0; at < this.recentCount; at += 1) {
      const other = this.recent[at];
      if (this.firstEndingFrom(other + 1) !== range) this.recent[kept++] = other;
    }
    kept = Math.min(kept, MOST_BLOCKS - 1);
    this.recent.copyWithin(1, 0, kept);
    this.recent[0] = seq;
    this.recentCount = kept + 1;
  }

  /** Drops from memory what is no longer out of order. */
  private forget(): void {
    let kept = 0;
    for (let at = 0; at < this.recentCount; at += 1) {
      if (this.has(this.recent[at])) this.recent[kept++] = this.recent[at];
    }
    this.recentCount = kept;
  }
}

const NO_FINS: readonly number[] = [];

const doubled = (numbers: Int32Array): Int32Array<ArrayBuffer> => {
  const more = new Int32Array(2 * numbers.length);
  more.set(numbers);
  return more;
};
