import { copyAround, giveRing, NO_RING, takeRing } from './ring.ts';

/**
 * The bytes that the application has not read, and behind them those that came out of order, each at
 * its place (which of them are there, `Reassembly` knows). The ring exists only while it holds
 * something, and grows by powers of two.
 */
export class ReceiveBuffer {
  /** As SO_RCVBUF tells it. Half of it is for text, the rest stands for the kernel's own bookkeeping. */
  capacity: number;
  /** Bytes in order and unread. */
  readable = 0;
  /** How far beyond those the bytes that came out of order reach. */
  private ahead = 0;
  private ring: Uint8Array = NO_RING;
  private start = 0;

  constructor(capacity: number) {
    if (!(capacity > 0)) throw new Error(`a receive buffer of ${capacity} bytes`);
    this.capacity = capacity;
  }

  /** Bytes of text that it offers to hold (Linux `tcp_full_space`, at its first guess of one half). */
  get space(): number {
    return Math.max(1, this.capacity >>> 1);
  }

  /**
   * Writes text at `distance` bytes after the last one in order; `bytes` may be a ring. A window that
   * was offered is kept: nothing is refused here, whatever the capacity has become since.
   */
  place(distance: number, bytes: Uint8Array, offset: number, length: number): void {
    const end = distance + length;
    if (this.readable + end > this.ring.length) this.grow(this.readable + end);
    const at = (this.start + this.readable + distance) & (this.ring.length - 1);
    copyAround(bytes, offset, this.ring, at, length);
    if (end > this.ahead) this.ahead = end;
  }

  /** The next `count` bytes, which were placed, are in order now. */
  advance(count: number): void {
    if (count > this.ahead) throw new Error(`${count} bytes in order, where ${this.ahead} came`);
    this.readable += count;
    this.ahead -= count;
  }

  /** Moves up to `length` bytes into `into`, and tells how many. */
  read(into: Uint8Array, offset: number, length: number): number {
    const taken = this.peek(into, offset, length);
    this.readable -= taken;
    if (this.readable + this.ahead === 0) this.release();
    else this.start = (this.start + taken) & (this.ring.length - 1);
    return taken;
  }

  /** As `read`, but the bytes stay (MSG_PEEK). */
  peek(into: Uint8Array, offset: number, length: number): number {
    const taken = Math.min(length, this.readable);
    copyAround(this.ring, this.start, into, offset, taken);
    return taken;
  }

  /** Drops what is in order; what came out of order stays. */
  dropReadable(): void {
    if (this.ahead === 0) return this.clear();
    this.start = (this.start + this.readable) & (this.ring.length - 1);
    this.readable = 0;
  }

  /** Drops everything, and its memory. */
  clear(): void {
    this.readable = 0;
    this.ahead = 0;
    this.release();
  }

  private release(): void {
    giveRing(this.ring);
    this.ring = NO_RING;
    this.start = 0;
  }

  private grow(size: number): void {
    const ring = takeRing(size);
    copyAround(this.ring, this.start, ring, 0, this.readable + this.ahead);
    giveRing(this.ring);
    this.ring = ring;
    this.start = 0;
  }
}
