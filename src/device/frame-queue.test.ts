import { describe, expect, it } from 'vitest';
import { FrameQueue } from './frame-queue.ts';
import { FrameReader } from './frame-reader.ts';

const HEADER = Uint8Array.from({ length: 14 }, (_, at) => at);

class Sink {
  readonly written: Buffer[] = [];
  done: (() => void) | undefined = undefined;
  readonly queue = new FrameQueue((piece, done) => {
    this.written.push(Buffer.from(piece));
    this.done = done;
  });

  /** The numbers of the frames that were written, and their lengths. */
  frames(): { readonly number: number; readonly length: number }[] {
    const found: { number: number; length: number }[] = [];
    const wrong = new FrameReader().read(Buffer.concat(this.written), (bytes, offset, length) => {
      const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset + 14);
      found.push({ number, length });
    });
    if (wrong !== undefined) throw new Error(wrong);
    return found;
  }

  send(number: number, length: number): void {
    // The packet stands somewhere in a larger buffer, which is written over afterwards.
    const bytes = new Uint8Array(length + 8);
    new DataView(bytes.buffer).setUint32(8, number);
    this.queue.add(HEADER, bytes, 8, length);
    bytes.fill(0xee);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('frames on their way into a stream', () => {
  it('of one turn leave in one write, at its end', async () => {
    const sink = new Sink();
    for (let number = 0; number < 32; number += 1) sink.send(number, 1500);
    expect(sink.written).toHaveLength(0);
    await turn();
    expect(sink.written).toHaveLength(1);
    expect(sink.frames()).toEqual(
      Array.from({ length: 32 }, (_, number) => ({ number, length: 1514 })),
    );
  });

  it('wait while a write is on its way, and follow it in their order', async () => {
    const sink = new Sink();
    sink.send(0, 100);
    await turn();
    for (let number = 1; number <= 500; number += 1) sink.send(number, 1500);
    await turn();
    expect(sink.written).toHaveLength(1);
    for (let writes = 0; writes < 10; writes += 1) sink.done?.();
    expect(sink.frames().map(({ number }) => number)).toEqual(
      Array.from({ length: 501 }, (_, number) => number),
    );
  });

  it('leave all at once in the end, in their order, whatever is on its way', async () => {
    const sink = new Sink();
    sink.send(0, 100);
    await turn();
    const { done } = sink;
    for (let number = 1; number <= 500; number += 1) sink.send(number, 1500);
    sink.queue.finish();
    done?.();
    expect(sink.frames().map(({ number }) => number)).toEqual(
      Array.from({ length: 501 }, (_, number) => number),
    );
  });

  it('are dropped when 8 MiB wait for who does not read, the last first; afterwards it goes on', async () => {
    const sink = new Sink();
    sink.send(0, 1500);
    await turn();
    for (let number = 1; number <= 7000; number += 1) sink.send(number, 1500);
    // 32 pieces of 256 KiB, each of 172 frames of 4 + 1514 bytes.
    expect(sink.queue.dropped).toBe(7000 - 32 * 172);
    for (let writes = 0; writes < 40; writes += 1) sink.done?.();
    sink.send(8000, 1500);
    await turn();
    expect(sink.frames().map(({ number }) => number)).toEqual([
      ...Array.from({ length: 1 + 32 * 172 }, (_, number) => number),
      8000,
    ]);
  });

  it('longer than any frame are a mistake of ours', () => {
    expect(() => new Sink().send(0, 65_540)).toThrow(RangeError);
  });
});
