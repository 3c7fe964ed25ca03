import { Datagram, PROTOCOL_TCP, readDatagram } from '../wire/datagram.ts';
import { type Endpoint, IpAddress } from '../wire/ip-address.ts';
import { readSegment } from '../wire/segment-in.ts';
import { Segment } from '../wire/segment.ts';
import { writeSegment } from '../wire/segment-out.ts';
import type { Role } from '../causes/scenario.ts';

/** Two addresses and the type (IEEE 802.3). */
const ETHERNET_HEADER = 14;

/** A TCP segment that passed, whole, with the Ethernet frame that it came in. */
export interface Passing {
  readonly bytes: Uint8Array;
  readonly toward: Role;
  readonly segment: Segment;
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly ttl: number;
}

/** Undefined for everything but a whole TCP segment. `bytes` is kept. */
export const readFrame = (bytes: Uint8Array, toward: Role): Passing | undefined => {
  const datagram = new Datagram();
  const length = bytes.length - ETHERNET_HEADER;
  if (!readDatagram(bytes, ETHERNET_HEADER, length, datagram)) return;
  if (datagram.protocol !== PROTOCOL_TCP || datagram.fragment) return;
  const segment = new Segment();
  if (!readSegment(datagram, segment, false)) return;
  const { version, source0, source1, source2, source3 } = datagram;
  const { target0, target1, target2, target3, ttl } = datagram;
  const family = version === 4 ? 4 : 6;
  const source = new IpAddress(family, source0, source1, source2, source3);
  const target = new IpAddress(family, target0, target1, target2, target3);
  return {
    bytes,
    toward,
    segment,
    source: { address: source, port: segment.sourcePort },
    target: { address: target, port: segment.targetPort },
    ttl,
  };
};

/** The IP packet of a segment, checksums right. */
export const packetOf = (
  segment: Segment,
  source: Endpoint,
  target: Endpoint,
  ttl: number,
): Uint8Array => {
  const into = new Uint8Array(100 + segment.payloadLength);
  const ip = { ttl, id: 0, dontFragment: true };
  return into.subarray(0, writeSegment(segment, source, target, ip, into, 0, true));
};

/** The packet in a frame with the header of another; `turned`: from its receiver to its sender. */
export const frameLike = (model: Uint8Array, packet: Uint8Array, turned: boolean): Uint8Array => {
  const frame = new Uint8Array(ETHERNET_HEADER + packet.length);
  frame.set(model.subarray(0, ETHERNET_HEADER));
  if (turned) {
    frame.set(model.subarray(6, 12), 0);
    frame.set(model.subarray(0, 6), 6);
  }
  frame.set(packet, ETHERNET_HEADER);
  return frame;
};
