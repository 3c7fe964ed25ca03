import {
  END_LATER_FRAGMENT,
  END_MALFORMED,
  type Headers,
  IP_PROTOCOL,
  type Next,
  lacking,
} from './headers.ts';

/** RFC 8200 §3. */
export const readIpv6 = (headers: Headers): Next => {
  const { bytes, view, at } = headers;
  if (at + 40 > headers.end) return lacking(headers, 40);
  if (bytes[at] >> 4 !== 6) return END_MALFORMED;
  const payloadLength = view.getUint16(at + 4);
  if (payloadLength === 0) {
    headers.packet.lengthFromCapture = true;
  } else {
    headers.wireEnd = at + 40 + payloadLength;
    if (headers.end > headers.wireEnd) headers.end = headers.wireEnd;
  }
  takeAddresses(headers);
  headers.at = at + 40;
  return IP_PROTOCOL | bytes[at + 6];
};

const takeAddresses = (headers: Headers): void => {
  const { packet, view, at } = headers;
  packet.ipVersion = 6;
  packet.source0 = view.getInt32(at + 8);
  packet.source1 = view.getInt32(at + 12);
  packet.source2 = view.getInt32(at + 16);
  packet.source3 = view.getInt32(at + 20);
  packet.target0 = view.getInt32(at + 24);
  packet.target1 = view.getInt32(at + 28);
  packet.target2 = view.getInt32(at + 32);
  packet.target3 = view.getInt32(at + 36);
  if (headers.quoted) return;
  packet.ttl = headers.bytes[at + 7]!;
  packet.ipId = -1;
};

/** Hop-by-hop, routing, destination options and their like: length in 8 bytes beyond the first 8. */
export const readExtension = (headers: Headers): Next => {
  const { bytes, at } = headers;
  if (at + 8 > headers.end) return lacking(headers, 8);
  return skip(headers, (bytes[at + 1] + 1) * 8);
};

/** RFC 4302 §2.2: length in 4 bytes, minus 2. IPv4 uses it too. */
export const readAuthentication = (headers: Headers): Next => {
  const { bytes, at } = headers;
  if (at + 12 > headers.end) return lacking(headers, 12);
  return skip(headers, (bytes[at + 1] + 2) * 4);
};

/** RFC 8200 §4.5. */
export const readFragment = (headers: Headers): Next => {
  const { bytes, view, at } = headers;
  if (at + 8 > headers.end) return lacking(headers, 8);
  if ((view.getUint16(at + 2) & 0xfff8) !== 0) return END_LATER_FRAGMENT;
  headers.at = at + 8;
  return IP_PROTOCOL | bytes[at];
};

const skip = (headers: Headers, length: number): Next => {
  const { bytes, at } = headers;
  if (at + length > headers.end) return lacking(headers, length);
  headers.at = at + length;
  return IP_PROTOCOL | bytes[at];
};
