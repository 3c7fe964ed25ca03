import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ethernet.ts';
import { END_OTHER, type Headers, type Next, lacking } from './headers.ts';

/** RFC 792: destination unreachable, time exceeded, parameter problem. */
export const readIcmp = (headers: Headers): Next => {
  if (headers.at + 8 > headers.end) return lacking(headers, 8);
  const type = headers.bytes[headers.at];
  if (type !== 3 && type !== 11 && type !== 12) return END_OTHER;
  return enterQuotation(headers, ETHERTYPE_IPV4);
};

/** RFC 4443 §3: destination unreachable, packet too big, time exceeded, parameter problem. */
export const readIcmpv6 = (headers: Headers): Next => {
  if (headers.at + 8 > headers.end) return lacking(headers, 8);
  const type = headers.bytes[headers.at];
  return type >= 1 && type <= 4 ? enterQuotation(headers, ETHERTYPE_IPV6) : END_OTHER;
};

/** Type, code, checksum, 4 bytes that depend on the type, then the datagram complained about. */
const enterQuotation = (headers: Headers, quoted: Next): Next => {
  const { packet, bytes, at } = headers;
  if (headers.quoted) return END_OTHER;
  packet.icmpType = bytes[at]!;
  packet.icmpCode = bytes[at + 1]!;
  packet.reporter0 = packet.source0;
  packet.reporter1 = packet.source1;
  packet.reporter2 = packet.source2;
  packet.reporter3 = packet.source3;
  headers.quoted = true;
  headers.at = at + 8;
  return quoted;
};
