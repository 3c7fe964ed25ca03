import { viewOf } from './byte-view.ts';
import { checksumOf, folded, pseudoHeaderSum, sumOf, wordSum } from './checksum.ts';
import {
  Datagram,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  takeIpv4Addresses,
  takeIpv6Addresses,
} from './datagram.ts';
import type { IpAddress } from './ip-address.ts';
import { type IpFields, ipHeaderLength, writeIpHeader } from './ip-header.ts';

/** The errors that a host or router here sends or minds, by the names of RFC 1122 and RFC 4443. */
export type IcmpError =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'port-unreachable'
  | 'admin-prohibited'
  | 'frag-needed'
  | 'time-exceeded';

/** Type and code of each in ICMP (RFC 792, RFC 1812 §5.2.7.1) and in ICMPv6 (RFC 4443 §3). */
const ERRORS: Record<IcmpError, readonly [v4: number, v6: number]> = {
  'net-unreachable': [0x0300, 0x0100],
  'host-unreachable': [0x0301, 0x0103],
  'port-unreachable': [0x0303, 0x0104],
  'admin-prohibited': [0x030d, 0x0101],
  'frag-needed': [0x0304, 0x0200],
  'time-exceeded': [0x0b00, 0x0300],
};

/** What an arriving ICMP or ICMPv6 message turned out to be; reused for each. */
export class IcmpMessage {
  /** An error about a TCP segment, a request for an echo, or nothing that is answered or minded. */
  kind: 'error' | 'echo-request' | 'other' = 'other';
  type = 0;
  code = 0;
  /** Of "fragmentation needed" and "packet too big": the next hop's MTU in bytes, else 0. */
  mtu = 0;
  /**
   * Of an error, the segment complained about: addresses as in `Datagram`, in the family of the
   * message; its source is who is told.
   */
  readonly quoted = new Datagram();
  sourcePort = 0;
  targetPort = 0;
  seq = 0;
}

const HEADER = 8;
/** Ports and SEQ: what an error is sure to quote (RFC 792, "64 bits of the data"). */
const QUOTED_TCP = 8;
const ECHO_REQUEST = 8;
const ECHO_REQUEST_V6 = 128;
const ECHO_REPLY_V6 = 129;

/** False where it is to be dropped in silence: cut short, or a wrong checksum. Never throws. */
export const readIcmpMessage = (datagram: Datagram, into: IcmpMessage): boolean => {
  const { bytes, payloadOffset: offset, payloadLength: length, version } = datagram;
  if (length < HEADER || !isIntact(datagram)) return false;
  into.type = bytes[offset]!;
  into.code = bytes[offset + 1]!;
  into.mtu = 0;
  into.kind = 'other';
  if (into.type === (version === 4 ? ECHO_REQUEST : ECHO_REQUEST_V6)) {
    into.kind = 'echo-request';
  } else if (isError(version, into.type)) {
    if (!readQuotation(datagram, into)) return false;
    into.kind = into.quoted.protocol === PROTOCOL_TCP ? 'error' : 'other';
  }
  return true;
};

/** Unreachable, time exceeded, parameter problem; in ICMPv6 "packet too big" as well. */
const isError = (version: number, type: number): boolean =>
  version === 4 ? type === 3 || type === 11 || type === 12 : type >= 1 && type <= 4;

const isIntact = (datagram: Datagram): boolean => {
  const { bytes, payloadOffset, payloadLength, version } = datagram;
  const pseudo = version === 6 ? datagramPseudoSum(datagram) : 0;
  return folded(pseudo + sumOf(bytes, payloadOffset, payloadLength)) === 0xffff;
};

/** ICMPv6's checksum covers a pseudo-header (RFC 4443 §2.3), ICMP's does not. */
const datagramPseudoSum = (datagram: Datagram): number => {
  const { source0, source1, source2, source3, target0, target1, target2, target3 } = datagram;
  const source = wordSum(source0) + wordSum(source1) + wordSum(source2) + wordSum(source3);
  const target = wordSum(target0) + wordSum(target1) + wordSum(target2) + wordSum(target3);
  return source + target + PROTOCOL_ICMPV6 + datagram.payloadLength;
};

const readQuotation = (datagram: Datagram, into: IcmpMessage): boolean => {
  const { bytes, payloadOffset: offset, payloadLength: length } = datagram;
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  if (datagram.version === 4 && into.type === 3 && into.code === 4)
    into.mtu = view.getUint16(at + 6);
  if (datagram.version === 6 && into.type === 2) into.mtu = view.getUint32(at + 4);
  const { quoted } = into;
  if (!readQuotedHeader(bytes, offset + HEADER, length - HEADER, quoted)) return false;
  if (quoted.version !== datagram.version) return false;
  if (quoted.protocol !== PROTOCOL_TCP) return true;
  if (quoted.payloadLength < QUOTED_TCP) return false;
  const tcp = bytes.byteOffset + quoted.payloadOffset;
  into.sourcePort = view.getUint16(tcp);
  into.targetPort = view.getUint16(tcp + 2);
  into.seq = view.getInt32(tcp + 4);
  return true;
};

/** Leniently: it is cut short, and routers on the way have changed its TTL and checksum. */
const readQuotedHeader = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: Datagram,
): boolean => {
  if (length < 20) return false;
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  into.bytes = bytes;
  into.offset = offset;
  into.version = bytes[offset] >> 4;
  const headerLength = into.version === 4 ? (bytes[offset] & 0xf) * 4 : 40;
  if (headerLength < 20 || length < headerLength) return false;
  if (into.version === 4) takeIpv4Addresses(view, at, into);
  else takeIpv6Addresses(view, at, into);
  into.protocol = bytes[offset + (into.version === 4 ? 9 : 6)]!;
  into.payloadOffset = offset + headerLength;
  into.payloadLength = length - headerLength;
  return true;
};

/** An error quotes as much as leaves it within these: RFC 1812 §4.3.2.3, RFC 4443 §2.4 (c). */
const LARGEST_ERROR = 576;
const LARGEST_ERROR_V6 = 1280;

/**
 * Writes the error about the packet of `length` bytes at `offset` of `quoted`, from one address to
 * another of that packet's family, and returns the length of the IP packet (1280 bytes at most).
 * `mtu`: the next hop's, for `frag-needed`.
 */
export const writeIcmpError = (
  error: IcmpError,
  mtu: number,
  source: IpAddress,
  target: IpAddress,
  ip: IpFields,
  quoted: Uint8Array,
  offset: number,
  length: number,
  into: Uint8Array,
  at: number,
): number => {
  const isV4 = source.version === 4;
  const headers = ipHeaderLength(source.version) + HEADER;
  const quotation = Math.min(length, (isV4 ? LARGEST_ERROR : LARGEST_ERROR_V6) - headers);
  const view = viewOf(into);
  const start = into.byteOffset + at + headers - HEADER;
  view.setUint16(start, ERRORS[error][isV4 ? 0 : 1]);
  view.setUint32(start + 4, error === 'frag-needed' ? mtu : 0);
  into.set(quoted.subarray(offset, offset + quotation), at + headers);
  return finish(source, target, ip, HEADER + quotation, into, at);
};

/** Writes the answer to an echo request (RFC 1122 §3.2.2.6), and returns the IP packet's length. */
export const writeEchoReply = (
  request: Datagram,
  source: IpAddress,
  target: IpAddress,
  ip: IpFields,
  into: Uint8Array,
  at: number,
): number => {
  const { bytes, payloadOffset, payloadLength } = request;
  const start = at + ipHeaderLength(source.version);
  into.set(bytes.subarray(payloadOffset, payloadOffset + payloadLength), start);
  into[start] = source.version === 4 ? 0 : ECHO_REPLY_V6;
  return finish(source, target, ip, payloadLength, into, at);
};

/** Checksum of the message of `length` bytes that stands behind the room for the IP header. */
const finish = (
  source: IpAddress,
  target: IpAddress,
  ip: IpFields,
  length: number,
  into: Uint8Array,
  at: number,
): number => {
  const header = ipHeaderLength(source.version);
  const protocol = source.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
  const pseudo = source.version === 4 ? 0 : pseudoHeaderSum(source, target, protocol, length);
  const view = viewOf(into);
  const checksumAt = into.byteOffset + at + header + 2;
  view.setUint16(checksumAt, 0);
  view.setUint16(checksumAt, checksumOf(pseudo + sumOf(into, at + header, length)));
  writeIpHeader(source, target, protocol, ip, 0, length, view, into.byteOffset + at);
  return header + length;
};
