import fc from 'fast-check';
import { expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { Clock } from './clock.ts';

it('rings in the order of time, and of setting at one moment', () => {
  holds(
    fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 200 }), (times) => {
      const clock = new Clock();
      const rung: [number, number][] = [];
      for (const [order, atMs] of times.entries()) {
        clock.at(atMs, () => rung.push([clock.now, order]));
      }
      clock.runUntil(20);
      const expected = times.map((atMs, order): [number, number] => [atMs, order]);
      expect(rung).toEqual(expected.toSorted(([a, i], [b, k]) => a - b || i - k));
    }),
    200,
  );
});

it('rings what is set while it rings, also at the same moment', () => {
  const clock = new Clock();
  const rung: number[] = [];
  clock.after(5, () => {
    clock.after(0, () => rung.push(clock.now));
    clock.at(1, () => rung.push(clock.now));
    clock.after(2.5, () => rung.push(clock.now));
  });
  clock.runUntil(10);
  expect(rung).toEqual([5, 5, 7.5]);
  expect(clock.now).toBe(10);
});

it('does not ring what is cancelled or never to be', () => {
  const clock = new Clock();
  const fail = (): void => expect.unreachable();
  clock.after(1, fail).cancel();
  clock.at(Number.POSITIVE_INFINITY, fail);
  expect(clock.nextAtMs).toBe(Number.POSITIVE_INFINITY);
  expect(clock.step(100)).toBe(false);
});

it('stops before what comes later', () => {
  const clock = new Clock();
  let rung = 0;
  clock.at(10, () => (rung += 1));
  clock.runUntil(9.99);
  expect(rung).toBe(0);
  clock.runUntil(10);
  expect(rung).toBe(1);
});

it('refuses a moment that is none', () => {
  expect(() => new Clock().at(Number.NaN, () => 0)).toThrow('NaN');
});
