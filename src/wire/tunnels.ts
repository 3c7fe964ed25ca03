import { ETHERTYPE_BRIDGED } from './ethernet.ts';
import { END_MALFORMED, END_OTHER, ETHERNET, type Headers, type Next, lacking } from './headers.ts';

const DEEPEST = 8;

const VXLAN = 4789;
/** Linux's own default before the port was assigned, still that of Flannel. */
const VXLAN_LINUX = 8472;
const GENEVE = 6081;

/** Goes one tunnel inwards; no network nests more than a few, so depth without end is a lie. */
export const enterTunnel = (headers: Headers, length: number, inner: Next): Next => {
  if (headers.quoted) return END_OTHER;
  headers.packet.tunnels += 1;
  headers.packet.lengthFromCapture = false;
  headers.at += length;
  return headers.packet.tunnels > DEEPEST ? END_MALFORMED : inner;
};

/** UDP is of interest as the outside of a tunnel only. */
export const readUdp = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 8 > headers.end) return lacking(headers, 8);
  const port = view.getUint16(at + 2);
  if (port === VXLAN || port === VXLAN_LINUX) return readVxlan(headers);
  return port === GENEVE ? readGeneve(headers) : END_OTHER;
};

/** RFC 7348 §5: flags with a valid network identifier, reserved, identifier, reserved. */
const readVxlan = (headers: Headers): Next => {
  const { bytes, at } = headers;
  if (at + 16 > headers.end) return lacking(headers, 16);
  if ((bytes[at + 8] & 0x08) === 0) return END_OTHER;
  return enterTunnel(headers, 16, ETHERNET);
};

/** RFC 8926 §3.4: version and option length (4 bytes each), flags, protocol, identifier. */
const readGeneve = (headers: Headers): Next => {
  const { bytes, view, at } = headers;
  if (at + 16 > headers.end) return lacking(headers, 16);
  if (bytes[at + 8] >> 6 !== 0) return END_OTHER;
  const length = 16 + (bytes[at + 8] & 0x3f) * 4;
  if (at + length > headers.end) return lacking(headers, length);
  return enterTunnel(headers, length, view.getUint16(at + 10));
};

const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_VERSION = 0x0007;
const ERSPAN_II = 0x88be;
const ERSPAN_III = 0x22eb;

/** RFC 2784 §2, RFC 2890 §2; source routing (RFC 1701) and PPTP's version 1 are not followed. */
export const readGre = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 4 > headers.end) return lacking(headers, 4);
  const flags = view.getUint16(at);
  if ((flags & (GRE_ROUTING | GRE_VERSION)) !== 0) return END_OTHER;
  const sequence = (flags & GRE_SEQUENCE) !== 0;
  const optional = ((flags & GRE_CHECKSUM) !== 0 ? 4 : 0) + ((flags & GRE_KEY) !== 0 ? 4 : 0);
  const length = 4 + optional + (sequence ? 4 : 0);
  const protocol = view.getUint16(at + 2);
  if (protocol === ERSPAN_II) return enterErspan(headers, length + (sequence ? 8 : 0));
  if (protocol === ERSPAN_III) return readErspan3(headers, length);
  if (at + length > headers.end) return lacking(headers, length);
  return enterTunnel(headers, length, protocol === ETHERTYPE_BRIDGED ? ETHERNET : protocol);
};

/** Type I has no header of its own, type II 8 bytes, told apart by GRE's sequence number. */
const enterErspan = (headers: Headers, length: number): Next => {
  if (headers.at + length > headers.end) return lacking(headers, length);
  return enterTunnel(headers, length, ETHERNET);
};

/** 12 bytes, and 8 more where the last bit of them is set. */
const readErspan3 = (headers: Headers, length: number): Next => {
  const { bytes, at } = headers;
  if (at + length + 12 > headers.end) return lacking(headers, length + 12);
  const platform = (bytes[at + length + 11] & 1) !== 0;
  return enterErspan(headers, length + (platform ? 20 : 12));
};
