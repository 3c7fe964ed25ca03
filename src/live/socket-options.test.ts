import { expect, it } from 'vitest';
import { packOption, toBeginWith } from './socket-options.ts';

it('packs struct linger as two ints', () => {
  const packed = packOption({ name: 'SO_LINGER', value: [1, 0] });
  expect(packed).toEqual({ level: 1, name: 13, value: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]) });
});

it('packs negative numbers, which mean something in TCP_LINGER2', () => {
  const { level, name, value } = packOption({ name: 'TCP_LINGER2', value: -1 });
  expect([level, name, ...value]).toEqual([6, 8, 255, 255, 255, 255]);
});

it('refuses an option that it does not know, in place of setting another', () => {
  expect(() => packOption({ name: 'TCP_NODELEY', value: 1 })).toThrow('TCP_NODELEY');
});

it('chooses an initial sequence number above 2^31 in repair mode, and leaves that again', () => {
  const steps = toBeginWith(3_000_000_000);
  expect(steps.map(({ name }) => name)).toEqual([19, 20, 21, 19]);
  expect(new DataView(steps[2]!.value.buffer).getUint32(0, true)).toBe(3_000_000_000);
  expect([...steps[3]!.value]).toEqual([0, 0, 0, 0]);
});
