import { expect, it } from 'vitest';
import { Packet } from '../wire/packet.ts';
import { PacketRing } from './packet-ring.ts';

const SIZE = 131_072;

const packet = (frame: number, length: number): Packet =>
  Object.assign(new Packet(), {
    frame,
    seconds: 1_700_000_000,
    nanos: frame,
    bytes: new Uint8Array(length + 4).fill(frame & 0xff),
  });
const add = (ring: PacketRing, connection: string, frame: number, length = 100) =>
  ring.add(connection, packet(frame, length), 2, length, 1500, 101);
const framesOf = (ring: PacketRing, connection: string, most = 1000) =>
  ring.packetsOf(connection, most).map(({ frame }) => frame);

it('gives back the packets of one connection, in order, as they were', () => {
  const ring = new PacketRing(SIZE);
  for (let frame = 1; frame <= 10; frame += 1) add(ring, frame % 2 === 0 ? 'even' : 'odd', frame);
  expect(framesOf(ring, 'even')).toEqual([2, 4, 6, 8, 10]);
  expect(framesOf(ring, 'even', 2)).toEqual([8, 10]);
  expect(framesOf(ring, 'none')).toEqual([]);
  expect(ring.packetsOf('odd', 1)[0]).toMatchObject({
    seconds: 1_700_000_000,
    nanos: 9,
    linkType: 101,
    original: 1500,
    bytes: new Uint8Array(100).fill(9),
  });
});

it('forgets the oldest, and never gives a packet that was written over', () => {
  const ring = new PacketRing(SIZE);
  for (let frame = 1; frame <= 5000; frame += 1) {
    add(ring, `connection ${frame % 7}`, frame, 60 + (frame % 200));
    if (frame % 97 !== 0) continue;
    for (let n = 0; n < 7; n += 1) {
      const kept = ring.packetsOf(`connection ${n}`, 1000);
      expect(kept.every((one) => one.bytes.every((byte) => byte === (one.frame & 0xff)))).toBe(
        true,
      );
      expect(kept.map((one) => one.frame % 7)).toEqual(kept.map(() => n));
    }
  }
  const newest = framesOf(ring, 'connection 2');
  // 5000 = 714 x 7 + 2.
  expect(newest.at(-1)).toBe(5000);
  // 131,072 bytes of packets of some 192 bytes, over seven connections.
  expect(newest.length).toBeGreaterThan(80);
  expect(newest.length).toBeLessThan(120);
});

it('remembers no names of connections that have no packets any more', () => {
  const ring = new PacketRing(SIZE);
  for (let frame = 1; frame <= 20_000; frame += 1) add(ring, `connection ${frame}`, frame);
  expect(ring.connections).toBeLessThan(2100);
});

it('refuses a size that cannot hold the largest packet', () => {
  expect(() => new PacketRing(1000)).toThrow(RangeError);
});
