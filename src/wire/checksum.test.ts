import fc from 'fast-check';
import { expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { checksumOf, folded, pseudoHeaderSum, sumOf } from './checksum.ts';
import { parseAddress } from './ip-address.ts';

// RFC 1071 §3: its example sums to 2ddf0, folded ddf2.
it('is that of RFC 1071', () => {
  const example = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  expect(folded(sumOf(example, 0, 8))).toBe(0xddf2);
  expect(checksumOf(sumOf(example, 0, 8))).toBe(0x220d);
});

it('takes an odd last byte as the upper half of a word', () => {
  expect(folded(sumOf(Uint8Array.of(0x12, 0x34, 0x56), 0, 3))).toBe(0x1234 + 0x5600);
});

it('sums 65,535 bytes of ones without overflow', () => {
  expect(folded(sumOf(new Uint8Array(65_535).fill(0xff), 0, 65_534))).toBe(0xffff);
});

// By hand: 0a00 + 0001 + 0a00 + 0002 + 0006 + 0014 = 141d.
it('adds the pseudo-header of either family', () => {
  const sum = (source: string, target: string): number =>
    folded(pseudoHeaderSum(parseAddress(source)!, parseAddress(target)!, 6, 20));
  expect(sum('10.0.0.1', '10.0.0.2')).toBe(0x141d);
  // fd00 + 1 + fd00 + 2 + 6 + 14 = 1fa1d, folded fa1e.
  expect(sum('fd00::1', 'fd00::2')).toBe(0xfa1e);
});

/** Word by word, as RFC 1071 §1 says it. */
const slowSum = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
};

it('is the same at any place and length', () => {
  const places = fc.nat({ max: 9 });
  holds(
    fc.property(fc.uint8Array({ maxLength: 200 }), places, places, (data, offset, from) => {
      const around = new Uint8Array(240).fill(0x5a).subarray(from);
      around.set(data, offset);
      expect(folded(sumOf(around, offset, data.length))).toBe(slowSum(data));
    }),
    300,
  );
});
