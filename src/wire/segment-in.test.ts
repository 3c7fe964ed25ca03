import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type TcpFields, be32, bytes, segment, text } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { Datagram, readDatagram } from './datagram.ts';
import { readSegment } from './segment-in.ts';
import { Segment } from './segment.ts';

const read = (packet: Uint8Array, verify = true): Segment | undefined => {
  const datagram = new Datagram();
  const into = new Segment();
  into.sackBlocks = 3;
  into.mss = 99;
  if (!readDatagram(packet, 0, packet.length, datagram)) return;
  return readSegment(datagram, into, verify) ? into : undefined;
};

const V6: TcpFields = { source: 'fd00::1', target: 'fd00::2' };

it.each<[string, TcpFields]>([
  ['IPv4', {}],
  ['IPv6', V6],
])('reads header and text over %s', (_family, ends) => {
  const packet = segment({ ...ends, seq: 0xfedcba98, flags: 'PA', payload: text('hello') });
  const found = read(packet)!;
  expect(found).toMatchObject({
    sourcePort: 4e4,
    targetPort: 80,
    seq: 0xfedcba98 | 0,
    ack: 2e3,
    flags: 24,
    window: 64240,
    urgentPointer: 0,
    mss: -1,
    windowScale: -1,
    sackPermitted: false,
    hasTimestamps: false,
    tsval: 0,
    tsecr: 0,
    sackBlocks: 0,
    payloadLength: 5,
    length: 5,
  });
  const { payload, payloadOffset } = found;
  expect(payload.subarray(payloadOffset, payloadOffset + 5)).toEqual(text('hello'));
});

it('reads the options of a SYN', () => {
  // As Linux sends them: MSS 1460, SACK permitted, timestamps, NOP, window scale 7.
  const options = [2, 4, 5, 0xb4, 4, 2, 8, 10, ...be32(0x80000001), ...be32(0), 1, 3, 3, 7];
  expect(read(segment({ flags: 'S', options }))).toMatchObject({
    mss: 1460,
    sackPermitted: true,
    hasTimestamps: true,
    tsval: 0x80000001 | 0,
    tsecr: 0,
    windowScale: 7,
    length: 1,
  });
});

it('minds options of a SYN on a SYN alone', () => {
  const options = [2, 4, 5, 0xb4, 4, 2, 3, 3, 7];
  const found = read(segment({ flags: 'A', options }));
  expect(found).toMatchObject({ mss: -1, sackPermitted: false, windowScale: -1 });
});

it('reads timestamps and SACK blocks behind them', () => {
  const timestamps = [1, 1, 8, 10, ...be32(7), ...be32(9)];
  const blocks = [1, 1, 5, 18, ...be32(10), ...be32(20), ...be32(0xffffffff), ...be32(40)];
  const found = read(segment({ options: [...timestamps, ...blocks] }))!;
  expect(found).toMatchObject({ hasTimestamps: true, tsval: 7, tsecr: 9, sackBlocks: 2 });
  expect([...found.sack.subarray(0, 4)]).toEqual([10, 20, -1, 40]);
});

// RFC 9293 §3.2 (MUST-6, MUST-68): unknown ones by their length; a bad length must not be followed.
it.each([
  ['an unknown option', [200, 4, 0, 0, 2, 4, 5, 0xb4], 1460],
  ['an MSS of a wrong length', [2, 3, 5, 2, 4, 5, 0xb4], 1460],
  ['the end of the list', [0, 2, 4, 5, 0xb4, 0, 0, 0], -1],
  ['a length of zero', [200, 0, 2, 4, 5, 0xb4, 0, 0], -1],
  ['a length beyond the header', [200, 9, 2, 4, 5, 0xb4, 0, 0], -1],
])('after %s', (_name, options, mss) => {
  expect(read(segment({ flags: 'S', options }))?.mss).toBe(mss);
});

it('drops a wrong checksum, unless told not to look', () => {
  for (const ends of [{}, V6]) {
    const packet = segment({ ...ends, payload: text('abc') });
    packet[packet.length - 1]! ^= 1;
    expect(read(packet)).toBeUndefined();
    expect(read(packet, false)?.payloadLength).toBe(3);
  }
});

it('drops a header that cannot be true', () => {
  expect(read(segment({ dataOffset: 4 }))).toBeUndefined();
  expect(read(segment({ dataOffset: 6 }))).toBeUndefined();
});

it('never throws, whatever the options', () => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('S', 'A'), (options, flags) => {
      const found = read(segment({ flags, options: [...options] }));
      expect(found?.sackBlocks).toBeLessThanOrEqual(4);
      expect(found?.payloadLength).toBe(0);
    }),
    1000,
  );
  expect(read(bytes(segment().subarray(0, 20)))).toBeUndefined();
});
