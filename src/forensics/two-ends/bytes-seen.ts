import { FIN, SYN } from '../../wire/packet.ts';
import { distance } from '../../wire/sequence.ts';
import type { Tape, TapedConnection } from './tape.ts';

/**
 * What one side of a connection was seen to send: ranges of sequence numbers, and bare
 * acknowledgements. Ranges, since a capture may have a segment whole that another has in pieces
 * (segmentation offload), or sent again in other pieces.
 */
export class BytesSeen {
  /** Begin and end, relative to the first number seen, in order, none touching the next. */
  private readonly ranges: { from: number; to: number }[] = [];
  private readonly bare = new Set<string>();
  private base: number | undefined;

  constructor(tape: Tape, connection: TapedConnection, side: number) {
    for (const at of tape.segmentsOf(connection)) {
      if (tape.side[at] === side) this.note(tape, at);
    }
    this.merge();
  }

  /** Whether all that this segment (of either tape) carries was seen. */
  has(tape: Tape, at: number): boolean {
    const length = lengthOf(tape, at);
    if (length === 0) return this.bare.has(bareName(tape, at));
    const from = this.relative(tape.seq[at]);
    return this.ranges.some((range) => range.from <= from && from + length <= range.to);
  }

  private note(tape: Tape, at: number): void {
    const length = lengthOf(tape, at);
    if (length === 0) {
      this.bare.add(bareName(tape, at));
      return;
    }
    const seq = tape.seq[at];
    this.base ??= seq;
    const from = this.relative(seq);
    const last = this.ranges.at(-1);
    // Most segments go on where the one before ended.
    if (last !== undefined && from >= last.from && from <= last.to) {
      last.to = Math.max(last.to, from + length);
    } else this.ranges.push({ from, to: from + length });
  }

  private relative(seq: number): number {
    return distance(seq, this.base ?? seq);
  }

  private merge(): void {
    const ordered = this.ranges.splice(0).toSorted((a, b) => a.from - b.from);
    for (const range of ordered) {
      const last = this.ranges.at(-1);
      if (last !== undefined && range.from <= last.to) last.to = Math.max(last.to, range.to);
      else this.ranges.push(range);
    }
  }
}

/** SYN and FIN take a number each, as a byte does. */
const lengthOf = (tape: Tape, at: number): number => {
  const flags = tape.flags[at];
  const extra = ((flags & SYN) === 0 ? 0 : 1) + ((flags & FIN) === 0 ? 0 : 1);
  return tape.payload[at] + extra;
};

const bareName = (tape: Tape, at: number): string =>
  `${tape.seq[at]} ${tape.ack[at]} ${tape.flags[at]}`;
