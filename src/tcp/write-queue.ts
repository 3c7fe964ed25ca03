import { atOrBefore, distance } from '../wire/sequence.ts';

/** PSH goes with the last segment of this buffer. */
export const PUSH = 1;
/** Nothing may be joined to this buffer (MSG_EOR). */
export const END_OF_RECORD = 2;

/**
 * Kernel memory of one sk_buff beside its text, in bytes: the structure, its shared info, and room for
 * headers (SKB_TRUESIZE of MAX_TCP_HEADER, in a kernel with tunnels built in, as distributions have it).
 */
const BUFFER_COST = 256 + 320 + 320;

const FIRST_SIZE = 8;
const MOST_WAITING = 256;

/** Queues of connections that have nothing to send just now. */
const waiting: WriteQueue[] = [];

/** Buffers in order, each told by the sequence number one past its last byte: a ring that grows. */
class Buffers {
  count = 0;
  private first = 0;
  private ends = new Int32Array(FIRST_SIZE);
  private marks = new Uint8Array(FIRST_SIZE);

  endOf(entry: number): number {
    return this.ends[(this.first + entry) & (this.ends.length - 1)];
  }

  marksOf(entry: number): number {
    return this.marks[(this.first + entry) & (this.ends.length - 1)];
  }

  set(entry: number, end: number, marks: number): void {
    const place = (this.first + entry) & (this.ends.length - 1);
    this.ends[place] = end;
    this.marks[place] = marks;
  }

  push(end: number, marks: number): void {
    if (this.count === this.ends.length) this.grow();
    this.count += 1;
    this.set(this.count - 1, end, marks);
  }

  shift(): void {
    this.first = (this.first + 1) & (this.ends.length - 1);
    this.count -= 1;
  }

  clear(): void {
    this.count = 0;
  }

  private grow(): void {
    const [ends, marks, first, size] = [this.ends, this.marks, this.first, this.count];
    this.ends = new Int32Array(2 * size);
    this.marks = new Uint8Array(2 * size);
    this.first = 0;
    for (let entry = 0; entry < size; entry += 1) {
      const from = (first + entry) & (size - 1);
      this.set(entry, ends[from], marks[from]);
    }
  }
}

/**
 * How Linux cuts into buffers (sk_buff) what an application writes, up to some 64 KB each: what is not
 * sent (`sk_write_queue`), and what is sent and not acknowledged. What one buffer holds leaves in one go
 * as far as the windows allow, each costs memory beside its text, and MSG_EOR and PSH belong to its end.
 * Buffers that retransmissions cut or SACK joins are not followed. Without text nobody has one.
 */
export class WriteQueue {
  /** A writer found no room, or a poll said so; until there is enough again (SOCK_NOSPACE). */
  noSpace = false;
  private readonly waiting = new Buffers();
  private readonly sent = new Buffers();

  /** Buffers not sent, not even in part. */
  get unsent(): number {
    return this.waiting.count;
  }

  get isEmpty(): boolean {
    return this.waiting.count + this.sent.count === 0;
  }

  /** Bytes of memory beside those of the text (`sk_wmem_queued`). */
  get overhead(): number {
    return (this.waiting.count + this.sent.count) * BUFFER_COST;
  }

  /** Where the oldest buffer that is not sent ends; there must be one. */
  get headEnd(): number {
    return this.waiting.endOf(0);
  }

  get headMarks(): number {
    return this.waiting.marksOf(0);
  }

  /** Bytes in the newest buffer, if it may take more; what is not sent begins at `sndNxt`. */
  openLength(sndNxt: number): number {
    const { waiting: buffers } = this;
    const last = buffers.count - 1;
    if (last < 0 || (buffers.marksOf(last) & END_OF_RECORD) !== 0) return 0;
    return distance(buffers.endOf(last), last === 0 ? sndNxt : buffers.endOf(last - 1));
  }

  /** A new buffer, whose text ends at `end`. */
  open(end: number): void {
    this.waiting.push(end, 0);
  }

  /** The newest buffer ends at `end` now; a PSH of an earlier write is taken back where `isFirst`. */
  extend(end: number, isFirst: boolean): void {
    const last = this.waiting.count - 1;
    const marks = this.waiting.marksOf(last);
    this.waiting.set(last, end, isFirst ? marks & ~PUSH : marks);
  }

  markNewest(mark: number): void {
    const last = this.waiting.count - 1;
    this.waiting.set(last, this.waiting.endOf(last), this.waiting.marksOf(last) | mark);
  }

  /** Up to `most` bytes of the second buffer go over to the first (tcp_grow_skb). */
  growHead(most: number): void {
    const { waiting: buffers } = this;
    if (buffers.count < 2 || (buffers.marksOf(0) & END_OF_RECORD) !== 0) return;
    const [end, next] = [buffers.endOf(0), buffers.endOf(1)];
    if (distance(next, end) > most) return buffers.set(0, (end + most) | 0, buffers.marksOf(0));
    const marks = buffers.marksOf(0) | buffers.marksOf(1);
    buffers.shift();
    buffers.set(0, next, marks);
  }

  /** Everything before `end` is sent, the oldest buffer cut there if it reaches further. */
  sendUntil(end: number): void {
    if (this.waiting.count > 0 && atOrBefore(this.headEnd, end)) this.waiting.shift();
    this.sent.push(end, 0);
  }

  /** Everything before `ack` has arrived. */
  acknowledge(ack: number): void {
    while (this.sent.count > 0 && atOrBefore(this.sent.endOf(0), ack)) this.sent.shift();
  }

  clear(): void {
    this.waiting.clear();
    this.sent.clear();
    this.noSpace = false;
  }
}

/** An empty queue. */
export const takeWriteQueue = (): WriteQueue => waiting.pop() ?? new WriteQueue();

/** Takes back one that its connection needs no more. */
export const giveWriteQueue = (queue: WriteQueue): void => {
  queue.clear();
  if (waiting.length < MOST_WAITING) waiting.push(queue);
};
