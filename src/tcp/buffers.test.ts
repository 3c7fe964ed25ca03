import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { Segment } from '../wire/segment.ts';
import { textOf } from './pair.fixture.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { SendBuffer } from './send-buffer.ts';

let next = 0;
/** Bytes that count on, so that a misplaced one shows. */
const counted = (length: number): Uint8Array =>
  Uint8Array.from({ length }, () => (next += 1) & 0xff);

describe('SendBuffer', () => {
  it('lends what was appended and not acknowledged, around the end of its ring, for any sizes', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 6000 }), fc.integer({ min: 0, max: 6000 }));
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const buffer = new SendBuffer(20_000);
      let model: number[] = [];
      for (const [written, dropped] of steps) {
        const bytes = counted(written);
        buffer.append(bytes, 0, written);
        model.push(...bytes);
        const count = Math.min(dropped, model.length);
        buffer.acknowledge(count);
        model = model.slice(count);
        const segment = new Segment();
        const offset = model.length >>> 1;
        buffer.lend(segment, offset, model.length - offset);
        expect([...textOf(segment)]).toEqual(model.slice(offset));
      }
    });
    holds(property, 60);
  });

  it('refuses to forget, or to lend, what it has not', () => {
    const buffer = new SendBuffer(10);
    buffer.append(counted(10), 0, 10);
    expect(() => buffer.acknowledge(11)).toThrow('11 bytes acknowledged of 10');
    expect(() => buffer.lend(new Segment(), 5, 6)).toThrow('of a send buffer of 10');
    expect(() => new SendBuffer(0)).toThrow('a send buffer of 0 bytes');
  });
});

describe('ReceiveBuffer', () => {
  it('reads in order what was placed ahead, though it grew and wrapped in between', () => {
    const buffer = new ReceiveBuffer(131_072);
    const first = counted(3000);
    const text = counted(9000);
    buffer.place(0, first, 0, 3000);
    buffer.advance(3000);
    const into = new Uint8Array(20_000);
    expect(buffer.read(into, 0, 2500)).toBe(2500);
    buffer.place(4000, text, 4000, 5000);
    expect(buffer.readable).toBe(500);
    buffer.place(0, text, 0, 4000);
    buffer.advance(9000);
    expect(buffer.peek(into, 0, 100)).toBe(100);
    expect(buffer.read(into, 0, 20_000)).toBe(9500);
    expect([...into.subarray(0, 9500)]).toEqual([...first.subarray(2500), ...text]);
    expect(buffer.read(into, 0, 1)).toBe(0);
  });

  it('does not call in order what never came', () => {
    const buffer = new ReceiveBuffer(1000);
    buffer.place(0, counted(10), 0, 10);
    expect(() => buffer.advance(11)).toThrow('11 bytes in order, where 10 came');
  });
});
