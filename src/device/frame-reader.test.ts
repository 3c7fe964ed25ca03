import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { FrameReader } from './frame-reader.ts';

/** As QEMU's net/stream.c writes it: `htonl(size)`, then the frame. */
const framed = (...frames: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(
    frames.map((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      return Buffer.concat([length, frame]);
    }),
  );

const readAll = (pieces: readonly Uint8Array[]) => {
  const reader = new FrameReader();
  const frames: string[] = [];
  let wrong: string | undefined = undefined;
  for (const piece of pieces) {
    wrong = reader.read(piece, (bytes, offset, length) =>
      frames.push(Buffer.from(bytes.slice(offset, offset + length)).toString('hex')),
    );
    if (wrong !== undefined) break;
  }
  return { frames, wrong, unfinished: reader.unfinished() };
};

const frameOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + length) & 255);

describe('frames in a stream', () => {
  it('come whole, however the stream is cut', () => {
    holds(
      fc.property(
        fc.array(fc.integer({ min: 14, max: 3000 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 20 }),
        (lengths, cuts) => {
          const frames = lengths.map(frameOf);
          const stream = framed(...frames);
          const pieces: Uint8Array[] = [];
          for (let at = 0, cut = 0; at < stream.length; cut += 1) {
            const next = at + cuts[cut % cuts.length]!;
            pieces.push(stream.subarray(at, next));
            at = next;
          }
          const read = readAll(pieces);
          expect(read.wrong).toBeUndefined();
          expect(read.unfinished).toBeUndefined();
          expect(read.frames).toEqual(frames.map((frame) => Buffer.from(frame).toString('hex')));
        },
      ),
      200,
    );
  });

  it('may be as long as an IP packet behind a tagged header, byte by byte too', () => {
    const largest = framed(frameOf(65_535 + 18));
    expect(readAll(Array.from(largest, (byte) => Uint8Array.of(byte))).frames).toHaveLength(1);
  });

  it.each([
    ['13 bytes, less than a header', [0, 0, 0, 13]],
    ['none', [0, 0, 0, 0]],
    ['65,554 bytes', [0, 1, 0, 18]],
    ['4 GiB, as of text', [...Buffer.from('HTTP')]],
  ])('a length of %s is none, at once and after a piece', (_, length) => {
    const bytes = Uint8Array.from([...length, 1, 2, 3]);
    const whole = readAll([bytes]);
    expect(whole.wrong).toMatch(/^a length of \d+ bytes where a frame has 14 to 65553$/);
    expect(readAll([bytes.subarray(0, 3), bytes.subarray(3)])).toMatchObject({
      wrong: whole.wrong,
    });
  });

  it('says how far an unfinished one has come', () => {
    const stream = framed(frameOf(100));
    expect(readAll([stream.subarray(0, 3)]).unfinished).toBe('3 of the 4 bytes of a length');
    expect(readAll([stream.subarray(0, 64)]).unfinished).toBe('60 of the 100 bytes of a frame');
    expect(readAll([stream]).unfinished).toBeUndefined();
  });
});
