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
import { LINKTYPE_ETHERNET, readLink } from './link-types.ts';
import type { Packet } from './packet.ts';
import { readTcp } from './tcp.ts';
import { enterTunnel, readGre, readUdp } from './tunnels.ts';

/** Ethernet, IPv4 without options, TCP without options. */
const PLAIN_HEADERS = 54;
/** EtherType 0x0800, version 4, header length 5, as the upper bytes of the word at 12. */
const PLAIN_IPV4 = 0x080045;
const FRAGMENT_OFFSET = 0x1fff;

/**
 * Fills in `packet` from the frame at `offset`, of which `captured` bytes are there and `original`
 * were on the wire. `view` must look at the same bytes as `bytes`, from the same first byte.
 *
 * `frame`, `seconds` and `nanos` belong to the caller; so do `interfaceId` and `slType`, which only
 * the Linux cooked headers overwrite. Unless the answer is TCP_SEGMENT or ICMP_ERROR, what the
 * packet holds means nothing. Never throws on any bytes as long as the frame lies inside them.
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
  if (
    linkType === LINKTYPE_ETHERNET &&
    captured >= PLAIN_HEADERS &&
    view.getInt32(offset + 12) >>> 8 === PLAIN_IPV4
  ) {
    const fragmentWord = view.getInt32(offset + 18);
    const protocolWord = view.getInt32(offset + 22);
    if ((fragmentWord & FRAGMENT_OFFSET) === 0 && ((protocolWord >>> 16) & 0xff) === 6) {
      const flagsWord = view.getInt32(offset + 46);
      const headerLength = (flagsWord >>> 28) * 4;
      const payloadLength = view.getUint16(offset + 16) - 20 - headerLength;
      if (headerLength >= 20 && payloadLength >= 0) {
        packet.ipId = fragmentWord >>> 16;
        packet.ttl = protocolWord >>> 24;
        packet.flags = (flagsWord >>> 16) & 0xff;
        packet.window = flagsWord & 0xffff;
        fillPlain(packet, view, offset, captured - PLAIN_HEADERS, headerLength - 20, payloadLength);
        return TCP_SEGMENT;
      }
    }
  }
  return walkHeaders(packet, bytes, view, offset, captured, original, linkType);
};

/** The rest of the common case, in one go; `beyond`: bytes captured after the plain headers. */
const fillPlain = (
  packet: Packet,
  view: DataView,
  offset: number,
  beyond: number,
  options: number,
  payloadLength: number,
): void => {
  packet.ipVersion = 4;
  packet.source0 = view.getInt32(offset + 26);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.target0 = view.getInt32(offset + 30);
  packet.target1 = 0;
  packet.target2 = 0;
  packet.target3 = 0;
  packet.vlanTags = 0;
  packet.tunnels = 0;
  const ports = view.getInt32(offset + 34);
  packet.sourcePort = ports >>> 16;
  packet.targetPort = ports & 0xffff;
  packet.seq = view.getInt32(offset + 38);
  packet.ack = view.getInt32(offset + 42);
  packet.optionsOffset = offset + PLAIN_HEADERS;
  packet.optionsOnWire = options;
  packet.optionsLength = beyond < options ? beyond : options;
  packet.payloadOffset = offset + PLAIN_HEADERS + options;
  packet.payloadLength = payloadLength;
  const there = beyond - options;
  packet.payloadCaptured = there >= payloadLength ? payloadLength : there > 0 ? there : 0;
  packet.lengthFromCapture = false;
  packet.icmpType = -1;
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
