import { addressSum, checksumOf } from './checksum.ts';
import type { IpAddress } from './ip-address.ts';

/** What the IP header says beyond addresses, protocol and ECN. */
export interface IpFields {
  /** TTL or hop limit, 0 to 255. */
  readonly ttl: number;
  /** IPv4 identification, 0 to 65535; IPv6 has none. */
  readonly id: number;
  readonly dontFragment: boolean;
}

/** Bytes of the header that `writeIpHeader` writes: no options, no extensions. */
export const ipHeaderLength = (version: 4 | 6): number => (version === 4 ? 20 : 40);

/**
 * Writes the header of a packet with `payloadLength` bytes (0 to 65,495) behind it, between two
 * addresses of one family, at `start` of the view; `ecn` 0 to 3 (RFC 3168 §5).
 */
export const writeIpHeader = (
  source: IpAddress,
  target: IpAddress,
  protocol: number,
  ip: IpFields,
  ecn: number,
  payloadLength: number,
  view: DataView,
  start: number,
): void => {
  if (source.version === 6) {
    // Version 6, traffic class, and a flow label of zero (RFC 8200 §3).
    view.setUint32(start, 0x6000_0000 | (ecn << 20));
    view.setUint16(start + 4, payloadLength);
    view.setUint8(start + 6, protocol);
    view.setUint8(start + 7, ip.ttl);
    writeIpv6Address(source, view, start + 8);
    writeIpv6Address(target, view, start + 24);
    return;
  }
  const length = 20 + payloadLength;
  const fragment = ip.dontFragment ? 0x4000 : 0;
  const lifeAndProtocol = (ip.ttl << 8) | protocol;
  const sum = (0x4500 | ecn) + length + ip.id + fragment + lifeAndProtocol;
  view.setUint16(start, 0x4500 | ecn);
  view.setUint16(start + 2, length);
  view.setUint16(start + 4, ip.id);
  view.setUint16(start + 6, fragment);
  view.setUint16(start + 8, lifeAndProtocol);
  view.setUint16(start + 10, checksumOf(sum + addressSum(source) + addressSum(target)));
  view.setInt32(start + 12, source.word0);
  view.setInt32(start + 16, target.word0);
};

const writeIpv6Address = (address: IpAddress, view: DataView, at: number): void => {
  view.setInt32(at, address.word0);
  view.setInt32(at + 4, address.word1);
  view.setInt32(at + 8, address.word2);
  view.setInt32(at + 12, address.word3);
};
