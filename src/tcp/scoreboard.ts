import { after, atOrBefore, before, distance } from '../wire/sequence.ts';

/** The peer has it out of order (RFC 2018). */
export const SACKED = 1;
/** Taken for lost. */
export const LOST = 2;
/** A copy of it is on the way. */
export const RESENT = 4;
/** It was sent more than once, so its round trip is ambiguous (Karn). */
const EVER_RESENT = 8;
/** PSH goes with it. */
export const PUSHED = 16;

const FIRST_SIZE = 16;
const MOST_WAITING = 256;

/** Scoreboards of connections that have nothing on the way just now. */
const waiting: Scoreboard[] = [];

/**
 * Every segment that was sent and not acknowledged, in order, without gaps: a ring in typed arrays.
 * With it goes all that loss recovery needs to know while something is on the way (Linux: the
 * retransmit queue, and `tcp_sock` from `sacked_out` to `undo_marker`). Entries are counted from the
 * oldest, 0; sizes are bytes of sequence space, FIN counting one.
 */
export class Scoreboard {
  /** Number of entries. */
  count = 0;
  /** Of all entries; of those with SACKED, with LOST, with RESENT; of those LOST and not RESENT. */
  outBytes = 0;
  sackedBytes = 0;
  lostBytes = 0;
  resentBytes = 0;
  toResendBytes = 0;
  /** Without SACK: what duplicate ACKs say has left the network (RFC 6582). */
  renoSackedBytes = 0;

  // The newest segment known to have arrived (RFC 8985 §6.2 step 2).
  rackSentAtMs = Number.NEGATIVE_INFINITY;
  rackEnd = 0;
  rackRttMs = 0;
  /** One past the highest byte that was delivered; meaningful with `isDelivered`. */
  highestDelivered = 0;
  isDelivered = false;
  /** Both as they were before the acknowledgement at hand. */
  deliveredBefore = 0;
  wasDelivered = false;

  // Proportional rate reduction (RFC 6937), 0 before a reduction.
  priorCwnd = 0;
  prrDelivered = 0;
  prrOut = 0;

  // What is restored if the reduction proves needless.
  mayUndo = false;
  undoCwnd = 0;
  undoSsthresh = 0;
  /** Retransmissions since then that no D-SACK has shown to be needless, in segments. */
  undoResent = 0;
  /** TSval of the first of them, for the Eifel detection (RFC 3522); meaningful with `hasResentTsval`. */
  resentTsval = 0;
  hasResentTsval = false;

  // The tail loss probe (RFC 8985 §7): it is out until this is acknowledged.
  probeOut = false;
  probeResent = false;
  probeEnd = 0;

  // What the acknowledgement that is being processed has told.
  deliveredBytes = 0;
  newlyLostBytes = 0;
  rttMs = -1;
  duplicateSeen = false;
  /** Bytes by which the latest of it was late, 0: it came in order. */
  overtakenBytes = 0;

  private first = 0;
  private starts = new Int32Array(FIRST_SIZE);
  private ends = new Int32Array(FIRST_SIZE);
  private sent = new Float64Array(FIRST_SIZE);
  private marks = new Uint8Array(FIRST_SIZE);

  /** An acknowledgement is about to be taken. */
  beginAcknowledgement(): void {
    this.deliveredBytes = 0;
    this.newlyLostBytes = 0;
    this.rttMs = -1;
    this.duplicateSeen = false;
    this.overtakenBytes = 0;
    this.deliveredBefore = this.highestDelivered;
    this.wasDelivered = this.isDelivered;
  }

  /** As a new one, but for its memory. */
  reset(): void {
    this.count = 0;
    this.outBytes = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
    this.resentBytes = 0;
    this.toResendBytes = 0;
    this.renoSackedBytes = 0;
    this.rackSentAtMs = Number.NEGATIVE_INFINITY;
    this.rackRttMs = 0;
    this.isDelivered = false;
    this.wasDelivered = false;
    this.priorCwnd = 0;
    this.prrDelivered = 0;
    this.prrOut = 0;
    this.mayUndo = false;
    this.undoResent = 0;
    this.hasResentTsval = false;
    this.probeOut = false;
  }

  /** What is held to be in the network (RFC 6675 §4, `pipe`; Linux `tcp_packets_in_flight`). */
  get inFlight(): number {
    return (
      this.outBytes - this.sackedBytes - this.renoSackedBytes - this.lostBytes + this.resentBytes
    );
  }

  startOf(entry: number): number {
    return this.starts[this.place(entry)];
  }

  endOf(entry: number): number {
    return this.ends[this.place(entry)];
  }

  sentAtOf(entry: number): number {
    return this.sent[this.place(entry)];
  }

  is(entry: number, mark: number): boolean {
    return (this.marks[this.place(entry)] & mark) !== 0;
  }

  everResent(entry: number): boolean {
    return this.is(entry, EVER_RESENT);
  }

  /** A segment with new sequence numbers went out. */
  push(start: number, end: number, isPushed: boolean, now: number): void {
    if (this.count === this.marks.length) this.grow();
    const place = this.place(this.count);
    this.starts[place] = start;
    this.ends[place] = end;
    this.sent[place] = now;
    this.marks[place] = isPushed ? PUSHED : 0;
    this.count += 1;
    this.outBytes += distance(end, start);
  }

  /** The oldest entry is acknowledged. */
  pop(): void {
    this.drop(this.first, distance(this.ends[this.first], this.starts[this.first]));
    this.first = (this.first + 1) & (this.marks.length - 1);
    this.count -= 1;
  }

  /** Of the oldest entry everything before `seq` is acknowledged. */
  trim(seq: number): void {
    this.drop(this.first, distance(seq, this.starts[this.first]));
    this.starts[this.first] = seq;
  }

  markSacked(entry: number): void {
    const place = this.place(entry);
    const marks = this.marks[place];
    const size = distance(this.ends[place], this.starts[place]);
    this.tally(marks, -size);
    this.marks[place] = (marks & ~(LOST | RESENT)) | SACKED;
    this.sackedBytes += size;
  }

  /** Also a copy that is on the way counts as lost from now on. */
  markLost(entry: number): void {
    const place = this.place(entry);
    const marks = this.marks[place];
    if ((marks & SACKED) !== 0) throw new Error('a segment that the peer has is not lost');
    const size = distance(this.ends[place], this.starts[place]);
    this.tally(marks, -size);
    this.marks[place] = (marks & ~RESENT) | LOST;
    this.tally(this.marks[place], size);
    this.newlyLostBytes += size;
  }

  markResent(entry: number, now: number): void {
    const place = this.place(entry);
    const size = distance(this.ends[place], this.starts[place]);
    this.tally(this.marks[place], -size);
    this.marks[place] |= RESENT | EVER_RESENT;
    this.tally(this.marks[place], size);
    this.sent[place] = now;
  }

  /** Nothing is held for lost any more (a reduction was needless). */
  forgetLosses(): void {
    for (let entry = 0; entry < this.count; entry += 1) {
      const place = this.place(entry);
      const size = distance(this.ends[place], this.starts[place]);
      this.tally(this.marks[place], -size);
      this.marks[place] &= ~LOST;
      this.tally(this.marks[place], size);
    }
  }

  /** The peer dropped what it had out of order (it may, RFC 2018 §8). */
  forgetSacks(): void {
    for (let entry = 0; entry < this.count; entry += 1) this.marks[this.place(entry)] &= ~SACKED;
    this.sackedBytes = 0;
    this.renoSackedBytes = 0;
  }

  /** The first entry that ends after `seq`; `count` if none does. */
  entryAt(seq: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (atOrBefore(this.endOf(middle), seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Cuts the entry in two at `seq`, which lies within it. */
  split(entry: number, seq: number): void {
    if (!after(seq, this.startOf(entry)) || !before(seq, this.endOf(entry))) {
      throw new Error('an entry is cut within itself');
    }
    if (this.count === this.marks.length) this.grow();
    for (let at = this.count; at > entry; at -= 1) this.copy(this.place(at - 1), this.place(at));
    this.count += 1;
    this.ends[this.place(entry)] = seq;
    this.marks[this.place(entry)] &= ~PUSHED;
    this.starts[this.place(entry + 1)] = seq;
  }

  private place(entry: number): number {
    return (this.first + entry) & (this.marks.length - 1);
  }

  /** Takes `size` bytes of an entry out of every sum. */
  private drop(place: number, size: number): void {
    const marks = this.marks[place];
    this.outBytes -= size;
    if ((marks & ~PUSHED) === 0) return;
    if ((marks & SACKED) !== 0) this.sackedBytes -= size;
    this.tally(marks, -size);
  }

  private tally(marks: number, size: number): void {
    if ((marks & LOST) !== 0) this.lostBytes += size;
    if ((marks & RESENT) !== 0) this.resentBytes += size;
    if ((marks & (LOST | RESENT)) === LOST) this.toResendBytes += size;
  }

  private copy(from: number, to: number): void {
    this.starts[to] = this.starts[from];
    this.ends[to] = this.ends[from];
    this.sent[to] = this.sent[from];
    this.marks[to] = this.marks[from];
  }

  private grow(): void {
    const size = this.marks.length;
    const [starts, ends, sent, marks] = [this.starts, this.ends, this.sent, this.marks];
    this.starts = new Int32Array(2 * size);
    this.ends = new Int32Array(2 * size);
    this.sent = new Float64Array(2 * size);
    this.marks = new Uint8Array(2 * size);
    for (let entry = 0; entry < this.count; entry += 1) {
      const from = (this.first + entry) & (size - 1);
      this.starts[entry] = starts[from];
      this.ends[entry] = ends[from];
      this.sent[entry] = sent[from];
      this.marks[entry] = marks[from];
    }
    this.first = 0;
  }
}

/** An empty scoreboard. */
export const takeScoreboard = (): Scoreboard => {
  const board = waiting.pop() ?? new Scoreboard();
  board.reset();
  return board;
};

/** Takes back one that its connection needs no more. */
export const giveScoreboard = (board: Scoreboard): void => {
  if (waiting.length < MOST_WAITING) waiting.push(board);
};
