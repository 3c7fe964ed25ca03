import type { Segment } from '../wire/segment.ts';
import { copyAround, giveRing, NO_RING, takeRing } from './ring.ts';

/**
 * The bytes from SND.UNA to the last that the application wrote: a ring that is there only while it
 * holds something, and grows by powers of two.
 */
export class SendBuffer {
  /** SO_SNDBUF: the memory that text and its buffers may take (`hasMemory`). May change at any time. */
  capacity: number;
  /** Bytes written and not acknowledged. */
  length = 0;
  private ring: Uint8Array = NO_RING;
  private start = 0;

  constructor(capacity: number) {
    if (!(capacity > 0)) throw new Error(`a send buffer of ${capacity} bytes`);
    this.capacity = capacity;
  }

  /** Takes all these bytes: whether there is memory for them was asked before. */
  append(bytes: Uint8Array, offset: number, length: number): void {
    if (this.length + length > this.ring.length) this.grow(this.length + length);
    const end = (this.start + this.length) & (this.ring.length - 1);
    copyAround(bytes, offset, this.ring, end, length);
    this.length += length;
  }

  /** Drops the first `count` bytes, which the peer has. */
  acknowledge(count: number): void {
    if (count > this.length) throw new Error(`${count} bytes acknowledged of ${this.length}`);
    this.length -= count;
    if (this.length === 0) return this.clear();
    this.start = (this.start + count) & (this.ring.length - 1);
  }

  /** Makes `length` bytes from `offset` after the first the segment's text, without a copy. */
  lend(segment: Segment, offset: number, length: number): void {
    if (offset + length > this.length) {
      throw new Error(`bytes ${offset} to ${offset + length} of a send buffer of ${this.length}`);
    }
    segment.payload = this.ring;
    segment.payloadOffset = (this.start + offset) & (this.ring.length - 1);
    segment.payloadLength = length;
  }

  /** Drops everything, and its memory. */
  clear(): void {
    giveRing(this.ring);
    this.ring = NO_RING;
    this.start = 0;
    this.length = 0;
  }

  private grow(size: number): void {
    const ring = takeRing(size);
    copyAround(this.ring, this.start, ring, 0, this.length);
    giveRing(this.ring);
    this.ring = ring;
    this.start = 0;
  }
}
