import {
  ETHERTYPE_BRIDGED,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_MULTICAST,
  ETHERTYPE_PPPOE_SESSION,
  ETHERTYPE_QINQ,
  ETHERTYPE_QINQ_OLD,
  ETHERTYPE_VLAN,
  readEthernet,
  readMpls,
  readPpp,
  readPppoe,
  readRawIp,
  readVlan,
} from './ethernet.ts';
import { type FrameKind, ICMP_ERROR, MALFORMED, OTHER, TCP_SEGMENT } from './frame-kind.ts';
import { END_OTHER, ETHERNET, Headers, IP_PROTOCOL, type Next, PPP, RAW_IP } from './headers.ts';
import { readIcmp, readIcmpv6 } from './icmp.ts';
import { readIpv4 } from './ipv4.ts';
import { readAuthentication, readExtension, readFragment, readIpv6 } from './ipv6.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL2, readLink } from './link-types.ts';
import type { Packet } from './packet.ts';
import { readTcp } from './tcp.ts';
import { enterTunnel, readGre, readUdp } from './tunnels.ts';

/** Version 4 and a header of 20 bytes, in the first byte of the header. */
const PLAIN_IPV4 = 0x45;
const FRAGMENT_OFFSET = 0x1fff;
const TCP = 6;
/** IP header without options, TCP header without options. */
const PLAIN_V4_HEADERS = 40;
const PLAIN_V6_HEADERS = 60;

/**
 * Fills in `packet` from the frame at `offset`, of which `captured` bytes are there and `original`
 * were on the wire. `view` must look at the same bytes as `bytes`, from the same first byte.
 *
 * `frame`, `seconds` and `nanos` belong to the caller; so do `interfaceId` and `slType`, which only
 * the Linux cooked headers overwrite. Unless the answer is TCP_SEGMENT or ICMP_ERROR, what the
 * packet holds means nothing. Never throws on any bytes as long as the frame lies inside them.
 *
 * The hot path of the whole program: what nearly every frame is gets read in one go here, with the
 * fewest loads; all else walks through its headers one by one.
 */
export const decodeFrame = (
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  original: number,
  linkType: number,
): FrameKind => {
  if (packet.bytes !== bytes) packet.bytes = bytes;
  if (linkType === LINKTYPE_ETHERNET && captured >= 14 + PLAIN_V4_HEADERS) {
    const type = view.getUint16(offset + 12);
    const at = offset + 14;
    const end = offset + captured;
    if (type === ETHERTYPE_IPV4 && fillPlainV4(packet, view, at, end)) return TCP_SEGMENT;
    if (type === ETHERTYPE_IPV6 && fillPlainV6(packet, view, at, end)) return TCP_SEGMENT;
  } else if (linkType === LINKTYPE_LINUX_SLL2 && captured >= 20 + PLAIN_V4_HEADERS) {
    const type = view.getUint16(offset);
    const at = offset + 20;
    const end = offset + captured;
    packet.interfaceId = view.getInt32(offset + 4);
    packet.slType = view.getUint8(offset + 10);
    if (type === ETHERTYPE_IPV4 && fillPlainV4(packet, view, at, end)) return TCP_SEGMENT;
    if (type === ETHERTYPE_IPV6 && fillPlainV6(packet, view, at, end)) return TCP_SEGMENT;
  }
  return walkHeaders(packet, bytes, view, offset, captured, original, linkType);
};

/**
 * What `readIpv4` and `readTcp` would do where neither is anything special. At least the plain
 * headers lie before `end`. False: something is special, and nothing that is filled in counts.
 */
const fillPlainV4 = (packet: Packet, view: DataView, at: number, end: number): boolean => {
  const lengthWord = view.getInt32(at);
  const fragmentWord = view.getInt32(at + 4);
  const protocolWord = view.getInt32(at + 8);
  if (lengthWord >>> 24 !== PLAIN_IPV4 || ((protocolWord >>> 16) & 0xff) !== TCP) return false;
  if ((fragmentWord & FRAGMENT_OFFSET) !== 0) return false;
  if (!fillPlainTcp(packet, view, at + 20, end, at + (lengthWord & 0xffff))) return false;
  packet.ipVersion = 4;
  packet.ipId = fragmentWord >>> 16;
  packet.ttl = protocolWord >>> 24;
  packet.source0 = view.getInt32(at + 12);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.target0 = view.getInt32(at + 16);
  packet.target1 = 0;
  packet.target2 = 0;
  packet.target3 = 0;
  return true;
};

/** What `readIpv6` and `readTcp` would do; as `fillPlainV4`, but asks itself whether all is there. */
const fillPlainV6 = (packet: Packet, view: DataView, at: number, end: number): boolean => {
  if (at + PLAIN_V6_HEADERS > end) return false;
  const lengthWord = view.getInt32(at + 4);
  if (view.getInt32(at) >>> 28 !== 6 || ((lengthWord >>> 8) & 0xff) !== TCP) return false;
  if (!fillPlainTcp(packet, view, at + 40, end, at + 40 + (lengthWord >>> 16))) return false;
  packet.ipVersion = 6;
  packet.ipId = -1;
  packet.ttl = lengthWord & 0xff;
  packet.source0 = view.getInt32(at + 8);
  packet.source1 = view.getInt32(at + 12);
  packet.source2 = view.getInt32(at + 16);
  packet.source3 = view.getInt32(at + 20);
  packet.target0 = view.getInt32(at + 24);
  packet.target1 = view.getInt32(at + 28);
  packet.target2 = view.getInt32(at + 32);
  packet.target3 = view.getInt32(at + 36);
  return true;
};

/** All 20 bytes of the header lie before `end`; false where its lengths need a closer look. */
const fillPlainTcp = (
  packet: Packet,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): boolean => {
  const flagsWord = view.getInt32(at + 12);
  const headerLength = (flagsWord >>> 28) * 4;
  const payloadOffset = at + headerLength;
  const payloadLength = wireEnd - payloadOffset;
  if (headerLength < 20 || payloadLength < 0) return false;
  const ports = view.getInt32(at);
  const options = headerLength - 20;
  const there = end - payloadOffset;
  packet.sourcePort = ports >>> 16;
  packet.targetPort = ports & 0xffff;
  packet.seq = view.getInt32(at + 4);
  packet.ack = view.getInt32(at + 8);
  packet.flags = (flagsWord >>> 16) & 0xff;
  packet.window = flagsWord & 0xffff;
  packet.optionsOffset = at + 20;
  packet.optionsOnWire = options;
  packet.optionsLength = there >= 0 ? options : options + there;
  packet.payloadOffset = payloadOffset;
  packet.payloadLength = payloadLength;
  packet.payloadCaptured = there >= payloadLength ? payloadLength : there > 0 ? there : 0;
  packet.vlanTags = 0;
  packet.tunnels = 0;
  packet.lengthFromCapture = false;
  packet.icmpType = -1;
  return true;
};

/** More headers than any real frame has: a chain of extensions or labels made to be walked. */
const MOST_HEADERS = 40;

/** Reused for every frame; nothing in it outlives the call. */
const headers = new Headers();

const walkHeaders = (
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  original: number,
  linkType: number,
): FrameKind => {
  packet.vlanTags = 0;
  packet.tunnels = 0;
  packet.lengthFromCapture = false;
  packet.icmpType = -1;
  packet.icmpCode = -1;
  headers.packet = packet;
  headers.bytes = bytes;
  headers.view = view;
  headers.at = offset;
  headers.end = offset + captured;
  headers.wireEnd = offset + original;
  headers.quoted = false;
  let next = readLink(headers, linkType);
  for (let count = 0; next >= 0; count += 1) {
    if (count === MOST_HEADERS) return MALFORMED;
    next = next >= IP_PROTOCOL ? readAboveIp(headers, next) : readEtherType(headers, next);
  }
  const kind = ~next as FrameKind;
  return headers.quoted && kind !== ICMP_ERROR ? OTHER : kind;
};

const readEtherType = (on: Headers, type: Next): Next => {
  switch (type) {
    case ETHERTYPE_IPV4:
      return readIpv4(on);
    case ETHERTYPE_IPV6:
      return readIpv6(on);
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_QINQ_OLD:
      return readVlan(on);
    case ETHERTYPE_PPPOE_SESSION:
      return readPppoe(on);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_MULTICAST:
      return readMpls(on);
    case ETHERTYPE_BRIDGED:
      return readEthernet(on);
    default:
      return END_OTHER;
  }
};

/** By IP protocol number (IANA), or one of the link headers that have no EtherType. */
const readAboveIp = (on: Headers, next: Next): Next => {
  switch (next) {
    case IP_PROTOCOL | 6:
      return readTcp(on);
    case IP_PROTOCOL | 17:
      return readUdp(on);
    case IP_PROTOCOL | 1:
      return readIcmp(on);
    case IP_PROTOCOL | 58:
      return readIcmpv6(on);
    case IP_PROTOCOL | 4:
      return enterTunnel(on, 0, ETHERTYPE_IPV4);
    case IP_PROTOCOL | 41:
      return enterTunnel(on, 0, ETHERTYPE_IPV6);
    case IP_PROTOCOL | 47:
      return readGre(on);
    case IP_PROTOCOL | 51:
      return readAuthentication(on);
    case ETHERNET:
      return readEthernet(on);
    case RAW_IP:
      return readRawIp(on);
    case PPP:
      return readPpp(on);
    default:
      return on.packet.ipVersion === 6 ? readIpv6Only(on, next) : END_OTHER;
  }
};

const readIpv6Only = (on: Headers, next: Next): Next => {
  switch (next) {
    case IP_PROTOCOL | 44:
      return readFragment(on);
    // Hop-by-hop, routing, destination options, mobility, HIP, Shim6.
    case IP_PROTOCOL | 0:
    case IP_PROTOCOL | 43:
    case IP_PROTOCOL | 60:
    case IP_PROTOCOL | 135:
    case IP_PROTOCOL | 139:
    case IP_PROTOCOL | 140:
      return readExtension(on);
    default:
      return END_OTHER;
  }
};
