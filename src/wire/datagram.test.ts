import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, bytes, ipv4, ipv6, segment, tcp, zeros } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { Datagram, readDatagram } from './datagram.ts';

const read = (packet: Bytes): Datagram | undefined => {
  const around = bytes([7, 7, 7], packet, [7, 7]);
  const into = new Datagram();
  return readDatagram(around, 3, packet.length, into) ? into : undefined;
};

/** The packet with one byte changed, its IPv4 checksum left as it was. */
const changed = (packet: Bytes, at: number, to: number): Bytes => {
  const copy = packet.slice();
  copy[at] = to;
  return copy;
};

describe('IPv4', () => {
  it('reads the header, options passed over', () => {
    const packet = ipv4(tcp(), { ttl: 17, ipId: 0xbeef, options: [1, 1, 1, 1] });
    const { length } = packet;
    expect(read(packet)).toMatchObject({
      version: 4,
      source0: 0xa000001,
      target0: 0xa000002,
      ttl: 17,
      ipId: 48879,
      length,
      protocol: 6,
      payloadOffset: 3 + 24,
      payloadLength: 20,
      fragment: false,
      ecn: 0,
    });
  });

  it('takes its length from the header, not from a padded frame', () => {
    expect(read(bytes(segment(), zeros(6)))).toMatchObject({ length: 40, payloadLength: 20 });
  });

  it('marks every piece of a fragmented packet', () => {
    expect(read(ipv4(zeros(16), { moreFragments: true }))?.fragment).toBe(true);
    expect(read(ipv4(zeros(16), { fragmentOffset: 16 }))?.fragment).toBe(true);
  });

  it.each([
    ['a wrong header checksum', changed(segment(), 8, 63)],
    ['version 5', changed(segment(), 0, 0x55)],
    ['a header shorter than 20 bytes', changed(segment(), 0, 0x44)],
    ['a total length beyond the packet', ipv4(tcp(), { length: 41 })],
    ['a total length within the header', ipv4(tcp(), { length: 19 })],
    ['less than a header', segment().subarray(0, 19)],
    ['nothing', zeros(0)],
  ])('drops %s', (_name, packet) => {
    expect(read(packet)).toBeUndefined();
  });
});

describe('IPv6', () => {
  const extension = (next: number, payload: Bytes): Bytes => bytes(next, zeros(7), payload);

  it('reads the header', () => {
    expect(read(segment({ source: 'fd00::1', target: 'fd00::2', ttl: 3 }))).toMatchObject({
      version: 6,
      source0: 0xfd000000 | 0,
      source3: 1,
      target0: 0xfd000000 | 0,
      target3: 2,
      ttl: 3,
      ipId: -1,
      protocol: 6,
      payloadOffset: 3 + 40,
      payloadLength: 20,
      length: 60,
    });
  });

  it('passes over hop-by-hop, destination and finished routing headers', () => {
    for (const kind of [0, 60, 43]) {
      const packet = ipv6(extension(60, extension(6, tcp())), { protocol: kind });
      expect(read(packet)).toMatchObject({ protocol: 6, payloadLength: 20, payloadOffset: 3 + 56 });
    }
  });

  it('tells a piece from a whole packet with a fragment header (RFC 6946)', () => {
    const fragment = (offset: number): Bytes =>
      ipv6(bytes(6, 0, [0, offset], zeros(4), tcp()), { protocol: 44 });
    expect(read(fragment(0))?.fragment).toBe(false);
    expect(read(fragment(1))?.fragment).toBe(true);
    expect(read(fragment(8))?.fragment).toBe(true);
  });

  it.each([
    ['a length beyond the packet', ipv6(tcp(), { length: 21 })],
    ['an extension header cut short', ipv6(bytes(6, 1, zeros(6)), { protocol: 0 })],
    ['a source route that goes on', ipv6(bytes(6, 0, 0, 1, zeros(4), tcp()), { protocol: 43 })],
    ['less than a header', segment({ source: 'fd00::1', target: 'fd00::2' }).subarray(0, 39)],
  ])('drops %s', (_name, packet) => {
    expect(read(packet)).toBeUndefined();
  });
});

it('never reads past the packet, whatever the bytes', () => {
  const first = fc.constantFrom(0x45, 0x46, 0x4f, 0x60);
  holds(
    fc.property(first, fc.uint8Array({ maxLength: 120 }), (start, rest) => {
      const packet = bytes(start, rest);
      const datagram = read(packet);
      if (datagram === undefined) return;
      expect(datagram.payloadLength).toBeGreaterThanOrEqual(0);
      expect(datagram.payloadOffset + datagram.payloadLength).toBeLessThanOrEqual(
        3 + packet.length,
      );
    }),
    2000,
  );
});
