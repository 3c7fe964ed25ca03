import {
  END_LATER_FRAGMENT,
  END_MALFORMED,
  type Headers,
  IP_PROTOCOL,
  type Next,
  lacking,
} from './headers.ts';

const FRAGMENT_OFFSET = 0x1fff;

/** RFC 791 §3.1. */
export const readIpv4 = (headers: Headers): Next => {
  const { bytes, view, at } = headers;
  if (at + 20 > headers.end) return lacking(headers, 20);
  const headerLength = (bytes[at] & 0xf) * 4;
  if (bytes[at] >> 4 !== 4 || headerLength < 20) return END_MALFORMED;
  if (at + headerLength > headers.end) return lacking(headers, headerLength);
  if (!takeLength(headers, view.getUint16(at + 2), headerLength)) return END_MALFORMED;
  takeAddresses(headers);
  headers.at = at + headerLength;
  if ((view.getUint16(at + 6) & FRAGMENT_OFFSET) !== 0) return END_LATER_FRAGMENT;
  return IP_PROTOCOL | bytes[at + 9];
};

/** False where the total length leaves no room for the header itself. */
const takeLength = (headers: Headers, totalLength: number, headerLength: number): boolean => {
  if (totalLength === 0) {
    headers.packet.lengthFromCapture = true;
    return true;
  }
  if (totalLength < headerLength) return false;
  headers.wireEnd = headers.at + totalLength;
  if (headers.end > headers.wireEnd) headers.end = headers.wireEnd;
  return true;
};

const takeAddresses = (headers: Headers): void => {
  const { packet, bytes, view, at } = headers;
  packet.ipVersion = 4;
  packet.source0 = view.getInt32(at + 12);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.target0 = view.getInt32(at + 16);
  packet.target1 = 0;
  packet.target2 = 0;
  packet.target3 = 0;
  if (headers.quoted) return;
  packet.ttl = bytes[at + 8]!;
  packet.ipId = view.getUint16(at + 4);
};
