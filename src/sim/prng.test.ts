import { expect, it } from 'vitest';
import { Random } from './prng.ts';

const draw = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.next());

it('repeats itself for a seed, and for no other', () => {
  expect(draw(new Random(7), 50)).toEqual(draw(new Random(7), 50));
  expect(draw(new Random(8), 50)).not.toEqual(draw(new Random(7), 50));
});

it('is evenly spread', () => {
  const random = new Random(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let at = 0; at < 10_000; at += 1) counts[random.below(10)]! += 1;
  // 1000 each; the standard deviation is 30.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(Math.abs(hits - 2500)).toBeLessThan(220);
});

it('keeps to its limits', () => {
  const random = new Random(2);
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(3, 5)));
  expect([...drawn].toSorted((a, b) => a - b)).toEqual([3, 4, 5]);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
});

it('forks streams that do not depend on how much was drawn from others', () => {
  const [one, other] = [new Random(3), new Random(3)];
  const left = one.fork('left');
  draw(left, 10);
  expect(draw(one.fork('right'), 5)).toEqual(draw(other.fork('right'), 5));
  expect(draw(one.fork('left'), 5)).not.toEqual(draw(one.fork('right'), 5));
});
