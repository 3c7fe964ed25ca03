import fc from 'fast-check';
import { expect, it } from 'vitest';
import { be32, ipv4, segment as packet, text, zeros } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { Datagram, readDatagram } from './datagram.ts';
import { type Endpoint, parseAddress } from './ip-address.ts';
import { readSegment } from './segment-in.ts';
import { writeSegment } from './segment-out.ts';
import { Segment } from './segment.ts';

const end = (address: string, port: number): Endpoint => ({
  address: parseAddress(address)!,
  port,
});
const V4 = [end('10.0.0.1', 40_000), end('10.0.0.2', 80)] as const;
const V6 = [end('fd00::1', 40_000), end('fd00::2', 80)] as const;
const IP = { ttl: 64, id: 7, dontFragment: false };

const write = (
  fields: Partial<Segment>,
  [source, target]: readonly Endpoint[] = V4,
): Uint8Array => {
  const into = new Uint8Array(2000).fill(0xaa);
  const length = writeSegment(
    Object.assign(new Segment(), fields),
    source!,
    target!,
    IP,
    into,
    3,
    true,
  );
  expect(into.subarray(0, 3)).toEqual(Uint8Array.of(0xaa, 0xaa, 0xaa));
  expect(into.subarray(3 + length).every((byte) => byte === 0xaa)).toBe(true);
  return into.slice(3, 3 + length);
};

const PLAIN = { seq: 1000, ack: 2000, flags: 16, window: 64_240 };

it('writes the bytes that a hand would', () => {
  const payload = text('hello');
  const whole = { ...PLAIN, payload, payloadLength: 5 };
  expect(write(whole)).toEqual(packet({ payload }));
  const ends = { source: 'fd00::1', target: 'fd00::2' };
  expect(write(whole, V6)).toEqual(packet({ ...ends, payload }));
});

it('takes text round the end of a ring', () => {
  for (const [payloadOffset, expected] of [
    [3, 'defab'],
    [4, 'efabc'],
  ] as const) {
    const ring = { ...PLAIN, payload: text('abcdef'), payloadOffset, payloadLength: 5 };
    expect(write(ring)).toEqual(packet({ payload: text(expected) }));
  }
});

const STAMPS = { hasTimestamps: true, tsval: 1, tsecr: -2 };
const STAMP_BYTES = [8, 10, ...be32(1), ...be32(-2)];

// tcp_options_write.
it.each<[string, Partial<Segment>, number[]]>([
  [
    'SYN with all',
    { mss: 1460, sackPermitted: true, ...STAMPS, windowScale: 7 },
    [2, 4, 5, 0xb4, 4, 2, ...STAMP_BYTES, 1, 3, 3, 7],
  ],
  [
    'SYN without timestamps',
    { mss: 1460, sackPermitted: true, windowScale: 7 },
    [2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7],
  ],
  ['SYN without SACK', { mss: 536, ...STAMPS }, [2, 4, 2, 0x18, 1, 1, ...STAMP_BYTES]],
])('%s', (_name, fields, options) => {
  const syn = { ...PLAIN, ...fields, flags: 2 };
  expect(write(syn)).toEqual(packet({ flags: 'S', options }));
});

it('writes timestamps and as many SACK blocks as fit', () => {
  const sack = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const blocks = (count: number): number[] => [...sack.subarray(0, count * 2)].flatMap(be32);
  const all = { ...PLAIN, sackBlocks: 4, sack };
  expect(write(all)).toEqual(packet({ options: [1, 1, 5, 34, ...blocks(4)] }));
  const options = [1, 1, ...STAMP_BYTES, 1, 1, 5, 26, ...blocks(3)];
  expect(write({ ...all, ...STAMPS })).toEqual(packet({ options }));
});

it('sets ECN, "don\'t fragment" and the identification', () => {
  const into = new Uint8Array(100);
  const segment = Object.assign(new Segment(), { ecn: 2 });
  writeSegment(segment, V4[0], V4[1], { ttl: 9, id: 0xbeef, dontFragment: true }, into, 0, true);
  const datagram = new Datagram();
  expect(readDatagram(into, 0, 40, datagram)).toBe(true);
  expect(datagram).toMatchObject({ ecn: 2, ttl: 9, ipId: 0xbeef, dontFragment: true });
  writeSegment(segment, V6[0], V6[1], IP, into, 0, true);
  expect(readDatagram(into, 0, 60, datagram)).toBe(true);
  expect(datagram).toMatchObject({ ecn: 2, ttl: 64 });
});

it("leaves the sum of the pseudo-header where the checksum is another's work", () => {
  const into = new Uint8Array(100);
  const segment = Object.assign(new Segment(), PLAIN);
  writeSegment(segment, V4[0], V4[1], IP, into, 0, false);
  // checksum.test.ts has the same by hand.
  expect([into[36], into[37]]).toEqual([0x14, 0x1d]);
  expect(into.subarray(0, 20)).toEqual(ipv4(zeros(20)).subarray(0, 20));
});

it('is read back as it was', () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const fields = fc.record({
    seq: int32,
    ack: int32,
    flags: fc.nat({ max: 255 }).map((flags) => flags & ~2),
    window: fc.nat({ max: 65_535 }),
    urgentPointer: fc.nat({ max: 65_535 }),
    ecn: fc.nat({ max: 3 }),
    payloadLength: fc.nat({ max: 1400 }),
  });
  holds(
    fc.property(fields, fc.constantFrom(V4, V6), (values, ends) => {
      const bytes = write({ ...values, payload: new Uint8Array(1400).fill(0x5a) }, ends);
      const datagram = new Datagram();
      const back = new Segment();
      expect(readDatagram(bytes, 0, bytes.length, datagram)).toBe(true);
      expect(readSegment(datagram, back, true)).toBe(true);
      expect(back).toMatchObject(values);
    }),
    200,
  );
});
