import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { Segment } from '../wire/segment.ts';
import { add } from '../wire/sequence.ts';
import { Reassembly } from './reassembly.ts';

const blocksOf = (reassembly: Reassembly, most = 4): [number, number][] => {
  const segment = new Segment();
  expect(reassembly.blocks(most)).toBe(Math.min(most, reassembly.blocks(4)));
  reassembly.tell(segment, most);
  return Array.from({ length: segment.sackBlocks }, (_, at) => [
    segment.sack[2 * at] ?? 0,
    segment.sack[2 * at + 1] ?? 0,
  ]);
};

describe('what arrived out of order', () => {
  it('equals a map of bytes after any pieces in any order, across the wrap of sequence numbers', () => {
    const piece = fc.record({
      offset: fc.integer({ min: 1, max: 300 }),
      length: fc.integer({ min: 1, max: 40 }),
      isTaken: fc.boolean(),
    });
    const property = fc.property(
      fc.constantFrom(0, 0x7fff_ff80, -100),
      fc.array(piece, { maxLength: 60 }),
      (base, pieces) => {
        const reassembly = new Reassembly();
        const bytes = new Set<number>();
        let next = 0;
        for (const { offset, length, isTaken } of pieces) {
          const start = next + offset;
          reassembly.add(add(base, start), add(base, start + length));
          for (let at = start; at < start + length; at += 1) bytes.add(at);
          if (!isTaken) continue;
          // Everything up to somewhere in this piece is in order now.
          next = start;
          while (bytes.has(next)) next += 1;
          expect(reassembly.take(add(base, start))).toBe(add(base, next));
          for (const at of bytes) if (at < next) bytes.delete(at);
        }
        const expected: [number, number][] = [];
        for (const at of [...bytes].toSorted((a, b) => a - b)) {
          const last = expected.at(-1);
          if (last !== undefined && last[1] === add(base, at)) last[1] = add(base, at + 1);
          else expected.push([add(base, at), add(base, at + 1)]);
        }
        expect(reassembly.ranges()).toEqual(expected);
        for (const [start, end] of blocksOf(reassembly))
          expect(expected).toContainEqual([start, end]);
      },
    );
    holds(property, 400);
  });

  it('is told with the latest block first (RFC 2018 §4), joined blocks once', () => {
    const reassembly = new Reassembly();
    for (const start of [500, 300, 700]) reassembly.add(start, start + 100);
    expect(blocksOf(reassembly)).toEqual([
      [700, 800],
      [300, 400],
      [500, 600],
    ]);
    reassembly.add(400, 500);
    expect(blocksOf(reassembly)).toEqual([
      [300, 600],
      [700, 800],
    ]);
  });

  it('leaves out the oldest news where a segment has no room (RFC 2018 §3)', () => {
    const reassembly = new Reassembly();
    for (const start of [100, 300, 500, 700, 900]) reassembly.add(start, start + 50);
    expect(blocksOf(reassembly, 3).map(([start]) => start)).toEqual([900, 700, 500]);
    expect(blocksOf(reassembly).map(([start]) => start)).toEqual([900, 700, 500, 300]);
  });

  it('tells of a duplicate first, and once (RFC 2883 §4)', () => {
    const reassembly = new Reassembly();
    reassembly.add(500, 600);
    reassembly.noteDuplicate(100, 200);
    expect(blocksOf(reassembly)).toEqual([
      [100, 200],
      [500, 600],
    ]);
    expect(blocksOf(reassembly)).toEqual([[500, 600]]);
  });

  // RFC 2883 §4.2, and of several pieces the first (tcp_dsack_extend).
  it.each([
    {
      start: 350,
      end: 375,
      told: [
        [350, 375],
        [300, 400],
      ],
    },
    {
      start: 350,
      end: 450,
      told: [
        [350, 400],
        [300, 450],
      ],
    },
    {
      start: 200,
      end: 650,
      told: [
        [300, 400],
        [200, 700],
      ],
    },
    { start: 400, end: 450, told: [[300, 450]] },
  ])('tells of the piece of $start to $end that was there already', ({ start, end, told }) => {
    const reassembly = new Reassembly();
    reassembly.add(600, 700);
    reassembly.add(300, 400);
    reassembly.noteOverlap(start, end);
    reassembly.add(start, end);
    expect(blocksOf(reassembly).slice(0, told.length)).toEqual(told);
  });
});
