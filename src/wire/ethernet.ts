import {
  END_CUT,
  END_MALFORMED,
  END_OTHER,
  type Headers,
  type Next,
  PPP,
  RAW_IP,
  lacking,
} from './headers.ts';

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
export const ETHERTYPE_VLAN = 0x8100;
export const ETHERTYPE_QINQ = 0x88a8;
export const ETHERTYPE_QINQ_OLD = 0x9100;
export const ETHERTYPE_MPLS = 0x8847;
export const ETHERTYPE_MPLS_MULTICAST = 0x8848;
export const ETHERTYPE_PPPOE_SESSION = 0x8864;
/** Transparent Ethernet bridging: a whole Ethernet frame follows. */
export const ETHERTYPE_BRIDGED = 0x6558;

/** Values below are a length (IEEE 802.3), and LLC follows. */
const SMALLEST_ETHERTYPE = 0x600;

export const readEthernet = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 14 > headers.end) return lacking(headers, 14);
  headers.at = at + 14;
  const type = view.getUint16(at + 12);
  return type < SMALLEST_ETHERTYPE ? readSnap(headers) : type;
};

/** LLC with SNAP and OUI 0 carries an EtherType (RFC 1042); all other LLC is not IP. */
const readSnap = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 8 > headers.end) return END_OTHER;
  if (view.getUint32(at) !== 0xaaaa0300 || view.getUint16(at + 4) !== 0) return END_OTHER;
  headers.at = at + 8;
  return view.getUint16(at + 6);
};

/** An 802.1Q or 802.1ad tag: two bytes of tag, then the EtherType of what it holds. */
export const readVlan = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 4 > headers.end) return lacking(headers, 4);
  headers.packet.vlanTags += 1;
  headers.at = at + 4;
  return view.getUint16(at + 2);
};

const MPLS_BOTTOM_OF_STACK = 0x100;

/** A label stack has no protocol field: the first nibble below it tells IP from the rest. */
export const readMpls = (headers: Headers): Next => {
  const { view } = headers;
  for (;;) {
    if (headers.at + 4 > headers.end) return lacking(headers, 4);
    const label = view.getInt32(headers.at);
    headers.at += 4;
    if ((label & MPLS_BOTTOM_OF_STACK) !== 0) break;
  }
  if (headers.at >= headers.end) return END_CUT;
  const version = headers.bytes[headers.at] >> 4;
  return version === 4 || version === 6 ? RAW_IP : END_OTHER;
};

/** RFC 2516: version and type, code (0 in a session), session, length; PPP follows. */
export const readPppoe = (headers: Headers): Next => {
  const { bytes, at } = headers;
  if (at + 6 > headers.end) return lacking(headers, 6);
  if (bytes[at + 1] !== 0) return END_OTHER;
  headers.at = at + 6;
  return PPP;
};

/** RFC 1661 §2, RFC 1662 §3.1: perhaps address and control, then one or two bytes of protocol. */
export const readPpp = (headers: Headers): Next => {
  const { bytes, view } = headers;
  if (headers.at + 4 > headers.end) return lacking(headers, 4);
  if (view.getUint16(headers.at) === 0xff03) headers.at += 2;
  const first = bytes[headers.at];
  const compressed = (first & 1) === 1;
  const protocol = compressed ? first : view.getUint16(headers.at);
  headers.at += compressed ? 1 : 2;
  if (protocol === 0x0021) return ETHERTYPE_IPV4;
  return protocol === 0x0057 ? ETHERTYPE_IPV6 : END_OTHER;
};

/** IP without a link header: the version is the first nibble. */
export const readRawIp = (headers: Headers): Next => {
  if (headers.at >= headers.end) return lacking(headers, 1);
  const version = headers.bytes[headers.at] >> 4;
  if (version === 4) return ETHERTYPE_IPV4;
  return version === 6 ? ETHERTYPE_IPV6 : END_MALFORMED;
};
