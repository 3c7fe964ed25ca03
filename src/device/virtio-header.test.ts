import { describe, expect, it } from 'vitest';
import { parseAddress } from '../wire/ip-address.ts';
import { ACK } from '../wire/packet.ts';
import { CWR, Segment } from '../wire/segment.ts';
import { writeSegment } from '../wire/segment-out.ts';
import { HEADER_LENGTH, segmentSizeIn, vouchesForChecksum, writeHeader } from './virtio-header.ts';

/** Fields of `struct virtio_net_hdr` (linux/virtio_net.h), in this machine's byte order. */
const fieldsOf = (bytes: Uint8Array) => {
  const words = new Uint16Array(bytes.slice(2, HEADER_LENGTH).buffer);
  const [headers, size, start, offset] = words;
  return { flags: bytes[0], kind: bytes[1], headers, size, start, offset };
};

const headerOf = (version: 4 | 6, flags: number, size: number) => {
  const segment = new Segment();
  segment.flags = flags;
  segment.hasTimestamps = true;
  segment.payload = new Uint8Array(3000);
  segment.payloadLength = 3000;
  const [from, to] = version === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1', 'fd00::2'];
  const source = { address: parseAddress(from!)!, port: 1 };
  const target = { address: parseAddress(to!)!, port: 2 };
  const bytes = new Uint8Array(4000);
  const ip = { ttl: 64, id: 0, dontFragment: true };
  writeSegment(segment, source, target, ip, bytes, HEADER_LENGTH, false);
  writeHeader(new DataView(bytes.buffer), 0, size);
  return fieldsOf(bytes);
};

describe('the header before a packet that leaves', () => {
  it('asks for the checksum of a TCP segment, 16 bytes into its header (RFC 9293 §3.1)', () => {
    const needsChecksum = { flags: 1, kind: 0, size: 0, offset: 16 };
    expect(headerOf(4, ACK, 0)).toEqual({ ...needsChecksum, headers: 20 + 32, start: 20 });
    expect(headerOf(6, ACK, 0)).toEqual({ ...needsChecksum, headers: 40 + 32, start: 40 });
  });

  it('asks to cut one that is too large: VIRTIO_NET_HDR_GSO_TCPV4 is 1, …TCPV6 4, …ECN 0x80', () => {
    expect(headerOf(4, ACK, 1448)).toMatchObject({ kind: 1, size: 1448 });
    expect(headerOf(6, ACK, 1428)).toMatchObject({ kind: 4, size: 1428 });
    expect(headerOf(4, ACK | CWR, 1448)).toMatchObject({ kind: 0x81 });
  });

  it('asks for nothing with anything but TCP', () => {
    const bytes = new Uint8Array(HEADER_LENGTH + 28);
    bytes.set([0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1], HEADER_LENGTH);
    bytes.fill(0xff, 0, HEADER_LENGTH);
    writeHeader(new DataView(bytes.buffer), 0, 0);
    expect(bytes.subarray(0, HEADER_LENGTH)).toEqual(new Uint8Array(HEADER_LENGTH));
  });
});

describe('the header before a packet that comes', () => {
  const arriving = (flags: number, kind: number, size: number): DataView => {
    const view = new DataView(new ArrayBuffer(HEADER_LENGTH));
    view.setUint8(0, flags);
    view.setUint8(1, kind);
    new Uint16Array(view.buffer)[2] = size;
    return view;
  };

  it('vouches for its checksum where it never left the machine (1) or was checked (2)', () => {
    expect(vouchesForChecksum(arriving(1, 0, 0), 0)).toBe(true);
    expect(vouchesForChecksum(arriving(2, 0, 0), 0)).toBe(true);
    expect(vouchesForChecksum(arriving(0, 0, 0), 0)).toBe(false);
  });

  it('tells the size of segments that were put together, of TCP alone', () => {
    expect(segmentSizeIn(arriving(1, 1, 1448), 0)).toBe(1448);
    expect(segmentSizeIn(arriving(1, 0x84, 1428), 0)).toBe(1428);
    expect(segmentSizeIn(arriving(1, 0, 1448), 0)).toBe(0);
    // VIRTIO_NET_HDR_GSO_UDP.
    expect(segmentSizeIn(arriving(1, 3, 1448), 0)).toBe(0);
  });
});
