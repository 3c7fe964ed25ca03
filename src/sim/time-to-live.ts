import { checksumOf, sumOf } from '../wire/checksum.ts';
import type { InFlight } from './in-flight.ts';

/** The packet as a router hands it on; undefined where its time is up (RFC 1812 §5.3.1). */
export const decrementTtl = (packet: InFlight): InFlight | undefined => {
  const isV4 = packet.bytes[0] >> 4 === 4;
  const at = isV4 ? 8 : 7;
  const ttl = packet.bytes[at];
  if (ttl <= 1) return;
  const bytes = packet.bytes.slice();
  bytes[at] = ttl - 1;
  if (isV4) renewIpv4Checksum(bytes);
  return packet.with(bytes);
};

const renewIpv4Checksum = (bytes: Uint8Array): void => {
  bytes[10] = 0;
  bytes[11] = 0;
  const checksum = checksumOf(sumOf(bytes, 0, (bytes[0] & 0xf) * 4));
  bytes[10] = checksum >>> 8;
  bytes[11] = checksum & 0xff;
};
