import { fault } from './zstd-fault.ts';

export const LARGEST_BLOCK = 128 * 1024;

/**
 * The output of a frame, of which the last `size` bytes can be copied again. Memory grows with
 * what is really produced, not with what a header claims.
 */
export class ZstdWindow {
  bytes = new Uint8Array(2 * LARGEST_BLOCK);
  /** Where the next byte goes. */
  end = 0;
  private size = 0;

  /** Forgets what was before. */
  begin(size: number): void {
    this.size = size;
    this.end = 0;
  }

  /** Makes room for one more block. */
  reserve(): void {
    const { size } = this;
    // Moving the window costs its size, so there is a good part of it between two moves.
    const enough = size + Math.max(size >> 2, 2 * LARGEST_BLOCK);
    if (!this.hasRoom() && this.bytes.length < enough) {
      const larger = new Uint8Array(Math.min(enough, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.end));
      this.bytes = larger;
    }
    if (this.hasRoom()) return;
    this.bytes.copyWithin(0, this.end - size, this.end);
    this.end = size;
  }

  private hasRoom(): boolean {
    return this.end + LARGEST_BLOCK <= this.bytes.length;
  }

  put(literals: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { end } = this;
    if (to - from > 64) {
      bytes.set(literals.subarray(from, to), end);
      end += to - from;
    } else {
      for (let at = from; at < to; at += 1) bytes[end++] = literals[at]!;
    }
    this.end = end;
  }

  fill(value: number, count: number): void {
    this.bytes.fill(value, this.end, this.end + count);
    this.end += count;
  }

  /**
   * Puts literals, then repeats `length` bytes from `offset` back, which may overlap with what is
   * being written.
   */
  sequence(literals: Uint8Array, from: number, to: number, offset: number, length: number): void {
    if (to > from) this.put(literals, from, to);
    const { bytes, end } = this;
    const until = end + length;
    if (offset > end || offset > this.size) fault('a zstd match begins before its window');
    if (offset >= length && length > 64) {
      bytes.copyWithin(end, end - offset, until - offset);
    } else {
      for (let at = end; at < until; at += 1) bytes[at] = bytes[at - offset]!;
    }
    this.end = until;
  }
}
