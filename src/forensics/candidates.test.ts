import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { CandidateSet } from './candidates.ts';

/** Pairs that are likely to be met again, to share a place, or to look like a free slot. */
const place = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer());
const tag = fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const pairs = fc.array(fc.tuple(place, tag), { maxLength: 300 });

describe('a set of candidates', () => {
  it('holds what was added, as a Set would', () => {
    holds(
      fc.property(pairs, pairs, (added, asked) => {
        const candidates = new CandidateSet();
        const reference = new Set<string>();
        for (const [at, mark] of added) {
          // A tag of 0 marks a free slot: such a member goes under 1.
          const name = `${at} ${mark === 0 ? 1 : mark}`;
          expect(candidates.add(at, mark)).toBe(!reference.has(name));
          reference.add(name);
        }
        expect(candidates.size).toBe(reference.size);
        for (const [at, mark] of [...added, ...asked]) {
          expect(candidates.has(at, mark)).toBe(reference.has(`${at} ${mark === 0 ? 1 : mark}`));
        }
      }),
      300,
    );
  });

  it('loses nothing as it grows', () => {
    const candidates = new CandidateSet();
    const COUNT = 50_000;
    for (let n = 0; n < COUNT; n++) candidates.add(n & 1023, Math.imul(n, 0x9e3779b1));
    expect(candidates.size).toBe(COUNT);
    let missing = 0;
    let falsely = 0;
    for (let n = 0; n < COUNT; n++) {
      if (!candidates.has(n & 1023, Math.imul(n, 0x9e3779b1))) missing++;
      if (candidates.has(n & 1023, Math.imul(n + COUNT, 0x9e3779b1))) falsely++;
    }
    expect([missing, falsely]).toEqual([0, 0]);
  });

  it('tells members with one tag apart by their places, also where slots are crowded', () => {
    const candidates = new CandidateSet();
    const tagOf = (n: number): number => Math.imul(n ^ 0x5bd1e995, 0x85ebca6b) | 1;
    for (let n = 0; n < 60_000; n++) candidates.add(n, tagOf(n));
    let falsely = 0;
    for (let n = 0; n < 60_000; n++) {
      for (let other = 1; other <= 20; other++) {
        if (candidates.has(n + other * 60_000, tagOf(n))) falsely++;
      }
    }
    expect(falsely).toBe(0);
  });
});
