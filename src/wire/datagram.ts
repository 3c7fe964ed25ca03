import { viewOf } from './byte-view.ts';
import { folded, sumInView } from './checksum.ts';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_ICMPV6 = 58;

/**
 * One IP packet as a host takes it in, a view on the caller's bytes, filled in again for each. In
 * contrast to `Packet`, which shows whatever a capture has, it stands only for what is well formed.
 */
export class Datagram {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the IP header begins in `bytes`, and the length of the whole packet by that header. */
  offset = 0;
  length = 0;
  /** 4 or 6. */
  version = 0;
  /** Addresses as big-endian words in signed 32-bit integers; IPv4 in word 0, the rest 0. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  target0 = 0;
  target1 = 0;
  target2 = 0;
  target3 = 0;
  /** TTL or hop limit, 0 to 255. */
  ttl = 0;
  /** IPv4 identification, 0 to 65535; -1 with IPv6. */
  ipId = -1;
  /** The ECN field (RFC 3168 §5), 0 to 3. */
  ecn = 0;
  /** IPv4's "don't fragment"; IPv6 packets are never fragmented on the way. */
  dontFragment = false;
  /** A piece of a larger packet, the first included. */
  fragment = false;
  /** Of the payload: IPv6 extension headers are passed over. */
  protocol = 0;
  payloadOffset = 0;
  payloadLength = 0;
  /** As in `Segment`; for the caller to set, since no header tells it. */
  segmentSize = 0;
}

/**
 * Reads the IP packet in the `length` bytes at `offset`; bytes after its own end (padding of a
 * link) do not matter. False, and `into` means nothing, where a host drops it in silence: another
 * version, lengths that cannot be true, a wrong IPv4 header checksum (RFC 1122 §3.2.1), an
 * extension header cut short, a source route that does not end here (RFC 8200 §4.4). Never throws.
 */
export const readDatagram = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: Datagram,
): boolean => {
  if (length < 20) return false;
  into.bytes = bytes;
  into.offset = offset;
  const version = bytes[offset] >> 4;
  if (version === 4) return readIpv4Header(bytes, offset, length, into);
  return version === 6 && length >= 40 && readIpv6Header(bytes, offset, length, into);
};

const DONT_FRAGMENT = 0x4000;
/** "More fragments" and the offset: either makes it a piece. */
const FRAGMENT = 0x3fff;

/** RFC 791 §3.1. */
const readIpv4Header = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: Datagram,
): boolean => {
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  const headerLength = (bytes[offset] & 0xf) * 4;
  const totalLength = view.getUint16(at + 2);
  if (headerLength < 20 || totalLength < headerLength || totalLength > length) return false;
  if (folded(sumInView(view, at, headerLength)) !== 0xffff) return false;
  const fragment = view.getUint16(at + 6);
  into.version = 4;
  into.length = totalLength;
  into.ecn = bytes[offset + 1] & 3;
  into.ipId = view.getUint16(at + 4);
  into.dontFragment = (fragment & DONT_FRAGMENT) !== 0;
  into.fragment = (fragment & FRAGMENT) !== 0;
  into.ttl = bytes[offset + 8]!;
  into.protocol = bytes[offset + 9]!;
  takeIpv4Addresses(view, at, into);
  into.payloadOffset = offset + headerLength;
  into.payloadLength = totalLength - headerLength;
  return true;
};

/** RFC 8200 §3. */
const readIpv6Header = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: Datagram,
): boolean => {
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  const totalLength = 40 + view.getUint16(at + 4);
  if (totalLength > length) return false;
  into.version = 6;
  into.length = totalLength;
  into.ecn = (bytes[offset + 1] >> 4) & 3;
  into.ipId = -1;
  into.dontFragment = true;
  into.fragment = false;
  into.ttl = bytes[offset + 7]!;
  takeIpv6Addresses(view, at, into);
  into.payloadOffset = offset + 40;
  into.payloadLength = totalLength - 40;
  into.protocol = bytes[offset + 6]!;
  return into.protocol === PROTOCOL_TCP || passExtensions(bytes, into);
};

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT_HEADER = 44;
const DESTINATION_OPTIONS = 60;

/** Moves the payload behind the extension headers of RFC 8200 §4. */
const passExtensions = (bytes: Uint8Array, into: Datagram): boolean => {
  for (;;) {
    const { protocol, payloadOffset: at, payloadLength: left } = into;
    const isOptions = protocol === HOP_BY_HOP || protocol === DESTINATION_OPTIONS;
    if (!isOptions && protocol !== ROUTING && protocol !== FRAGMENT_HEADER) return true;
    const headerLength = protocol === FRAGMENT_HEADER ? 8 : (bytes[at + 1] + 1) * 8;
    if (left < 8 || headerLength > left) return false;
    const segmentsLeft = bytes[at + 3];
    if (protocol === ROUTING && segmentsLeft !== 0) return false;
    into.protocol = bytes[at]!;
    into.payloadOffset = at + headerLength;
    into.payloadLength = left - headerLength;
    if (protocol !== FRAGMENT_HEADER) continue;
    // Neither an offset nor more to come: a whole packet after all (RFC 6946).
    into.fragment = bytes[at + 2] !== 0 || (bytes[at + 3] & 0xf9) !== 0;
    // What follows a fragment header belongs to the whole, not to this piece.
    if (into.fragment) return true;
  }
};

/** `at`: where the header begins in the view. */
export const takeIpv4Addresses = (view: DataView, at: number, into: Datagram): void => {
  into.source0 = view.getInt32(at + 12);
  into.source1 = 0;
  into.source2 = 0;
  into.source3 = 0;
  into.target0 = view.getInt32(at + 16);
  into.target1 = 0;
  into.target2 = 0;
  into.target3 = 0;
};

/** As `takeIpv4Addresses`. */
export const takeIpv6Addresses = (view: DataView, at: number, into: Datagram): void => {
  into.source0 = view.getInt32(at + 8);
  into.source1 = view.getInt32(at + 12);
  into.source2 = view.getInt32(at + 16);
  into.source3 = view.getInt32(at + 20);
  into.target0 = view.getInt32(at + 24);
  into.target1 = view.getInt32(at + 28);
  into.target2 = view.getInt32(at + 32);
  into.target3 = view.getInt32(at + 36);
};
