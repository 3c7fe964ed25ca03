import type { Checker, Complain } from './checker.ts';

/** One direction of a conversation between two programs. */
export class Stream {
  readonly name: string;
  private readonly seed: number;
  private readonly complain: Complain;
  /** Taken by the writer's socket; and what it may have taken, as long as a write is under way. */
  private written = 0;
  private offered = 0;
  private read = 0;
  /** The writer has said that there is no more. */
  private closed = false;
  private isWarned = false;
  /** How it ended for the reader. */
  private outcome: 'unread' | 'open' | 'eof' | 'error' | 'gone' = 'unread';

  constructor(name: string, seed: number, complain: Complain) {
    this.name = name;
    this.seed = seed;
    this.complain = complain;
  }

  /** Somebody begins to read. */
  attach(): void {
    this.outcome = 'open';
  }

  /** The next bytes to write, into `bytes`: the call may take fewer. */
  offer(bytes: Uint8Array): void {
    this.offered = this.written + bytes.length;
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.byteAt(this.written + at);
  }

  wrote(count: number): void {
    this.written += count;
  }

  /** No more follows: shutdown or close came back. */
  close(): void {
    this.closed = true;
  }

  /** What a read returned; no bytes: the end of the stream. */
  arrived(bytes: Uint8Array): void {
    if (this.outcome !== 'open') this.complain(`${this.name}: read after its ${this.outcome}`);
    if (bytes.length === 0) this.end();
    for (const byte of bytes) {
      if (byte !== this.byteAt(this.read)) {
        this.complain(`${this.name}: byte ${this.read} is another than was written`);
        return;
      }
      this.read += 1;
    }
    if (this.read > this.offered) {
      this.complain(`${this.name}: ${this.read} bytes read, ${this.offered} offered`);
    }
  }

  /** The reader was told that something is wrong: whatever is missing is reported. */
  failed(): void {
    this.outcome = 'error';
  }

  /** Another call on the reader's socket told of the error: what is missing is reported, once. */
  warned(): void {
    this.isWarned = true;
  }

  /** The reader is no more, or has chosen not to read on. */
  abandoned(): void {
    if (this.outcome === 'open') this.outcome = 'gone';
  }

  /** Whether the reader still waits, at the end of the world. */
  get isStuck(): boolean {
    return this.outcome === 'open';
  }

  private end(): void {
    this.outcome = 'eof';
    if (this.isWarned) return;
    if (this.read < this.written) {
      this.complain(`${this.name}: the end after ${this.read} of ${this.written} bytes`);
    }
    if (!this.closed) this.complain(`${this.name}: an end that nobody wrote`);
  }

  private byteAt(place: number): number {
    return (Math.imul(place ^ this.seed, 0x9e3779b1) >>> 24) & 0xff;
  }
}

/** Every byte arrives exactly once and in order, or its reader is told that it will not. */
export class Streams implements Checker {
  readonly name = 'every byte once, in order, or its loss reported';
  private readonly streams: Stream[] = [];
  private readonly complaints: string[] = [];

  open(name: string, seed: number): Stream {
    const stream = new Stream(name, seed, (text) => this.complaints.push(text));
    this.streams.push(stream);
    return stream;
  }

  settled(_host: unknown, complain: Complain): void {
    for (const text of this.complaints.splice(0)) complain(text);
  }

  finish(_hosts: unknown, complain: Complain): void {
    this.settled(undefined, complain);
    for (const stream of this.streams) {
      if (stream.isStuck) complain(`${stream.name}: its reader still waits`);
    }
  }
}
