import { viewOf } from '../wire/byte-view.ts';
import { checksumOf, folded, pseudoHeaderSum, sumOf } from '../wire/checksum.ts';
import { PROTOCOL_ICMPV6 } from '../wire/datagram.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { ipHeaderLength, writeIpHeader } from '../wire/ip-header.ts';
import type { MacAddress } from './mac-address.ts';

/*
 * Neighbour solicitations and advertisements (RFC 4861 §4.3, §4.4): ICMPv6 header, flags, the address
 * in question, then options, of which the MAC address of the sender or of that address matters here.
 */

export const SOLICITATION = 135;
export const ADVERTISEMENT = 136;
/** The first and the last type of RFC 4861: router solicitation to redirect. */
const FIRST_TYPE = 133;
const LAST_TYPE = 137;

export const ALL_NODES = new IpAddress(6, 0xff02_0000, 0, 0, 1);

const IP_HEADER = ipHeaderLength(6);
const FIXED = 24;
const OPTION = 8;
/** Bytes of the largest message that is written here, with its IP header. */
export const DISCOVERY_LENGTH = IP_HEADER + FIXED + OPTION;

const SOLICITED = 0x4000_0000;
const OVERRIDE = 0x2000_0000;
const SOURCE_MAC = 1;
const TARGET_MAC = 2;
/** A router would have counted it down: so it comes from this link (RFC 4861 §7.1). */
const HOP_LIMIT = 255;

/** What a message said; made anew for each, since they are rare. */
export interface DiscoveryMessage {
  readonly type: typeof SOLICITATION | typeof ADVERTISEMENT;
  readonly source: IpAddress;
  /** Of an advertisement: it answers a solicitation of ours; it may change what is known. */
  readonly solicited: boolean;
  readonly override: boolean;
  /** The address in question. */
  readonly target: IpAddress;
  /** Of the source (solicitation) or of the target (advertisement), where it is told. */
  readonly mac: MacAddress | undefined;
}

/** Whether this IPv6 packet is any message of neighbour discovery, which the host need not see. */
export const isDiscovery = (bytes: Uint8Array, offset: number, length: number): boolean => {
  if (length < IP_HEADER + 4 || bytes[offset + 6] !== PROTOCOL_ICMPV6) return false;
  const type = bytes[offset + IP_HEADER] ?? 0;
  return type >= FIRST_TYPE && type <= LAST_TYPE;
};

/** Undefined for what is to be dropped in silence (RFC 4861 §7.1.1, §7.1.2), and for other types. */
export const readDiscovery = (
  bytes: Uint8Array,
  offset: number,
  length: number,
): DiscoveryMessage | undefined => {
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  const message = length < IP_HEADER ? 0 : view.getUint16(at + 4);
  if (message < FIXED || IP_HEADER + message > length) return undefined;
  const source = addressAt(view, at + 8);
  const destination = addressAt(view, at + 24);
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_ICMPV6, message);
  if (folded(pseudo + sumOf(bytes, offset + IP_HEADER, message)) !== 0xffff) return undefined;
  const start = at + IP_HEADER;
  const type = view.getUint8(start);
  if (type !== SOLICITATION && type !== ADVERTISEMENT) return undefined;
  if (view.getUint8(at + 7) !== HOP_LIMIT || view.getUint8(start + 1) !== 0) return undefined;
  const wanted = type === SOLICITATION ? SOURCE_MAC : TARGET_MAC;
  const mac = macIn(bytes, offset + IP_HEADER + FIXED, offset + IP_HEADER + message, wanted);
  if (mac === 'malformed') return undefined;
  const flags = view.getInt32(start + 4);
  const read = {
    type,
    source,
    solicited: (flags & SOLICITED) !== 0,
    override: (flags & OVERRIDE) !== 0,
    target: addressAt(view, start + 8),
    mac,
  } as const;
  return isLawful(read, destination) ? read : undefined;
};

const isLawful = (
  { type, source, solicited, target, mac }: DiscoveryMessage,
  destination: IpAddress,
): boolean => {
  if (isMulticast(target)) return false;
  if (type === ADVERTISEMENT) return !(solicited && isMulticast(destination));
  // Who asks without an address of its own, to see whether it is free, asks the group and tells no MAC.
  return !source.isUnspecified || (isSolicitedNode(destination) && mac === undefined);
};

const isMulticast = ({ word0 }: IpAddress): boolean => word0 >>> 24 === 0xff;

const isSolicitedNode = ({ word0, word1, word2, word3 }: IpAddress): boolean =>
  word0 >>> 0 === 0xff02_0000 && word1 === 0 && word2 === 1 && word3 >>> 24 === 0xff;

/** The MAC address in the option of type `wanted`; an option of no length makes all malformed. */
const macIn = (
  bytes: Uint8Array,
  from: number,
  end: number,
  wanted: number,
): MacAddress | undefined | 'malformed' => {
  let mac: MacAddress | undefined = undefined;
  for (let at = from; at < end;) {
    const length = (at + 1 < end ? bytes[at + 1] : 0) * 8;
    if (length === 0 || at + length > end) return 'malformed';
    if (bytes[at] === wanted && length === OPTION) mac ??= bytes.slice(at + 2, at + OPTION);
    at += length;
  }
  return mac;
};

const addressAt = (view: DataView, at: number): IpAddress =>
  new IpAddress(
    6,
    view.getInt32(at),
    view.getInt32(at + 4),
    view.getInt32(at + 8),
    view.getInt32(at + 12),
  );

/**
 * Writes the packet that asks for the MAC address of `target`, and returns its length. `mac`: the
 * asker's own.
 */
export const writeSolicitation = (
  source: IpAddress,
  destination: IpAddress,
  target: IpAddress,
  mac: MacAddress,
  into: Uint8Array,
): number => write(SOLICITATION, 0, source, destination, target, SOURCE_MAC, mac, into);

/** Writes the packet that tells the MAC address of `target`, an address of ours; returns its length. */
export const writeAdvertisement = (
  destination: IpAddress,
  solicited: boolean,
  target: IpAddress,
  mac: MacAddress,
  into: Uint8Array,
): number => {
  const flags = OVERRIDE | (solicited ? SOLICITED : 0);
  return write(ADVERTISEMENT, flags, target, destination, target, TARGET_MAC, mac, into);
};

const write = (
  type: number,
  flags: number,
  source: IpAddress,
  destination: IpAddress,
  target: IpAddress,
  option: number,
  mac: MacAddress,
  into: Uint8Array,
): number => {
  const view = viewOf(into);
  const at = into.byteOffset;
  const start = at + IP_HEADER;
  const length = FIXED + OPTION;
  view.setUint32(start, type << 24);
  view.setInt32(start + 4, flags);
  [target.word0, target.word1, target.word2, target.word3].forEach((word, index) => {
    view.setInt32(start + 8 + index * 4, word);
  });
  view.setUint16(start + FIXED, (option << 8) | 1);
  into.set(mac, IP_HEADER + FIXED + 2);
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_ICMPV6, length);
  view.setUint16(start + 2, checksumOf(pseudo + sumOf(into, IP_HEADER, length)));
  const ip = { ttl: HOP_LIMIT, id: 0, dontFragment: true };
  writeIpHeader(source, destination, PROTOCOL_ICMPV6, ip, 0, length, view, at);
  return DISCOVERY_LENGTH;
};
