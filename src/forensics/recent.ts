import type { SegmentKind } from '../causes/evidence.ts';

/** Segments of a connection that are remembered, newest last. */
export const REMEMBERED = 10;

const BLOCK_BITS = 10;
const HOMES_A_BLOCK = 1 << BLOCK_BITS;

const FIELDS = 7;
const FRAME = 0;
const SEQ = 1;
const ACK_NUMBER = 2;
const LENGTH = 3;
const FLAGS = 4;
const KIND = 5;
const PLACE = 6;

export const KINDS: readonly SegmentKind[] = [
  'syn',
  'syn-ack',
  'handshake-ack',
  'data',
  'fin',
  'pure-ack',
  'keepalive-probe',
  'window-probe',
  'reset',
];

/** Bits above the header's flags. */
export const FROM_UPPER = 1 << 8;
export const AGAIN = 1 << 9;

/**
 * The last few segments of every followed connection, in one array for all of them: a reset is
 * mostly understood from the segment that drew it, and that one is never far back.
 */
export class RecentSegments {
  /** Blocks of HOMES_A_BLOCK connections each: growing copies nothing. */
  private readonly words: Int32Array[] = [];
  private readonly times: Float64Array[] = [];
  private used = 0;
  private readonly free: number[] = [];

  allocate(): number {
    const reused = this.free.pop();
    if (reused !== undefined) return reused;
    if (this.used % HOMES_A_BLOCK === 0) {
      this.words.push(new Int32Array(HOMES_A_BLOCK * REMEMBERED * FIELDS));
      this.times.push(new Float64Array(HOMES_A_BLOCK * REMEMBERED));
    }
    return this.used++;
  }

  release(home: number): void {
    this.free.push(home);
  }

  /** Writes segment number `count` (from 0) of a connection over the oldest remembered one. */
  write(
    home: number,
    count: number,
    frame: number,
    at: number,
    seq: number,
    ack: number,
    length: number,
    flags: number,
    kind: number,
    place: number,
  ): void {
    const index = (home % HOMES_A_BLOCK) * REMEMBERED + (count % REMEMBERED);
    const word = index * FIELDS;
    const words = this.words[home >>> BLOCK_BITS];
    words[word + FRAME] = frame;
    words[word + SEQ] = seq;
    words[word + ACK_NUMBER] = ack;
    words[word + LENGTH] = length;
    words[word + FLAGS] = flags;
    words[word + KIND] = kind;
    words[word + PLACE] = place;
    this.times[home >>> BLOCK_BITS][index] = at;
  }

  frame(home: number, n: number): number {
    return this.word(home, n, FRAME);
  }

  seq(home: number, n: number): number {
    return this.word(home, n, SEQ);
  }

  ack(home: number, n: number): number {
    return this.word(home, n, ACK_NUMBER);
  }

  length(home: number, n: number): number {
    return this.word(home, n, LENGTH);
  }

  flags(home: number, n: number): number {
    return this.word(home, n, FLAGS);
  }

  kind(home: number, n: number): SegmentKind {
    return KINDS[this.word(home, n, KIND)];
  }

  /** The interface it was captured on. */
  place(home: number, n: number): number {
    return this.word(home, n, PLACE);
  }

  at(home: number, n: number): number {
    return this.times[home >>> BLOCK_BITS][(home % HOMES_A_BLOCK) * REMEMBERED + (n % REMEMBERED)];
  }

  private word(home: number, n: number, field: number): number {
    const index = (home % HOMES_A_BLOCK) * REMEMBERED + (n % REMEMBERED);
    return this.words[home >>> BLOCK_BITS][index * FIELDS + field];
  }
}
