import { checksumOf, pseudoHeaderSum, sumOf } from '../wire/checksum.ts';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../wire/datagram.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { ipHeaderLength, writeIpHeader } from '../wire/ip-header.ts';
import type { IcmpAction } from './script.ts';

type Codes = Record<string, number>;

/** RFC 792, RFC 1122 §3.2.2.1, by packetdrill's names. */
const V4: Record<string, readonly [type: number, codes: Codes]> = {
  unreachable: [
    3,
    {
      net_unreachable: 0,
      host_unreachable: 1,
      protocol_unreachable: 2,
      port_unreachable: 3,
      frag_needed: 4,
      source_route_failed: 5,
      net_unknown: 6,
      host_unknown: 7,
      source_host_isolated: 8,
      net_prohibited: 9,
      host_prohibited: 10,
      net_unreachable_for_tos: 11,
      host_unreachable_for_tos: 12,
      packet_filtered: 13,
      precedence_violation: 14,
      precedence_cutoff: 15,
    },
  ],
  source_quench: [4, {}],
  redirect: [5, {}],
  time_exceeded: [11, { ttl_exceeded_in_transit: 0, frag_reass_exceeded: 1 }],
  parameter_problem: [12, { code_0: 0, code_1: 1 }],
};

/** RFC 4443. */
const V6: Record<string, readonly [type: number, codes: Codes]> = {
  unreachable: [
    1,
    {
      no_route: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      addr_unreachable: 3,
      port_unreachable: 4,
    },
  ],
  packet_too_big: [2, {}],
  time_exceeded: [3, { exceeded_hop_limit: 0, exceeded_frag_reassembly: 1 }],
  parameter_problem: [4, { hdr_field: 0, unknown_next_header: 1, unknown_option: 2 }],
};

/** The ICMP error about a segment of `source` with this sequence number; undefined: no such error. */
export const icmpArrivalOf = (
  action: IcmpAction,
  seq: number,
  source: Endpoint,
  target: Endpoint,
): Uint8Array | undefined => {
  const { version } = source.address;
  const [type, codes] = (version === 4 ? V4 : V6)[action.type] ?? [-1, {}];
  const code = action.code === undefined ? 0 : codes[action.code];
  if (type === -1 || code === undefined) return undefined;
  const ipHeader = ipHeaderLength(version);
  const length = 8 + ipHeader + 20;
  const bytes = new Uint8Array(ipHeader + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(ipHeader, (type << 8) | code);
  view.setUint32(ipHeader + 4, action.mtu);
  writeQuotation(view, ipHeader + 8, source, target, seq);
  finish(view, bytes, source, target, length);
  return bytes;
};

/** The IP and TCP headers of what it is about. */
const writeQuotation = (
  view: DataView,
  at: number,
  source: Endpoint,
  target: Endpoint,
  seq: number,
): void => {
  const ip = { ttl: 64, id: 0, dontFragment: true };
  writeIpHeader(source.address, target.address, PROTOCOL_TCP, ip, 0, 20, view, at);
  const tcp = at + ipHeaderLength(source.address.version);
  view.setUint16(tcp, source.port);
  view.setUint16(tcp + 2, target.port);
  view.setUint32(tcp + 4, seq);
  view.setUint8(tcp + 12, 5 << 4);
};

/** Sent back by the other end. */
const finish = (
  view: DataView,
  bytes: Uint8Array,
  source: Endpoint,
  target: Endpoint,
  length: number,
): void => {
  const [from, to] = [target.address, source.address];
  const at = ipHeaderLength(from.version);
  const protocol = from.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
  const pseudo = from.version === 4 ? 0 : pseudoHeaderSum(from, to, protocol, length);
  view.setUint16(at + 2, checksumOf(pseudo + sumOf(bytes, at, length)));
  writeIpHeader(from, to, protocol, { ttl: 64, id: 0, dontFragment: true }, 0, length, view, 0);
};
