import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_PPPOE_SESSION } from './ethernet.ts';
import {
  END_OTHER,
  END_UNKNOWN_LINK_TYPE,
  ETHERNET,
  type Headers,
  type Next,
  PPP,
  RAW_IP,
  lacking,
} from './headers.ts';

/** LINKTYPE_ values of pcap and pcapng (www.tcpdump.org/linktypes.html). */
const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_PPP = 9;
const LINKTYPE_RAW_BSD = 12;
const LINKTYPE_RAW_OPENBSD = 14;
const LINKTYPE_PPP_HDLC = 50;
const LINKTYPE_PPP_ETHER = 51;
const LINKTYPE_RAW = 101;
const LINKTYPE_C_HDLC = 104;
const LINKTYPE_LOOP = 108;
const LINKTYPE_LINUX_SLL = 113;
const LINKTYPE_IPV4 = 228;
const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

/** Reads the link header of a frame, where there is one. */
export const readLink = (headers: Headers, linkType: number): Next => {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return ETHERNET;
    case LINKTYPE_LINUX_SLL:
      return readSll(headers);
    case LINKTYPE_LINUX_SLL2:
      return readSll2(headers);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return readLoopback(headers);
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
      return RAW_IP;
    case LINKTYPE_IPV4:
      return ETHERTYPE_IPV4;
    case LINKTYPE_IPV6:
      return ETHERTYPE_IPV6;
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
      return PPP;
    case LINKTYPE_PPP_ETHER:
      return ETHERTYPE_PPPOE_SESSION;
    case LINKTYPE_C_HDLC:
      return readCiscoHdlc(headers);
    default:
      return END_UNKNOWN_LINK_TYPE;
  }
};

/** Packet type, ARPHRD, address length, 8 bytes of address, protocol. */
const readSll = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 16 > headers.end) return lacking(headers, 16);
  headers.packet.slType = view.getUint16(at);
  headers.at = at + 16;
  return view.getUint16(at + 14);
};

/** Protocol, reserved, interface index, ARPHRD, packet type, address length, 8 bytes of address. */
const readSll2 = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 20 > headers.end) return lacking(headers, 20);
  headers.packet.interfaceId = view.getInt32(at + 4);
  headers.packet.slType = headers.bytes[at + 10]!;
  headers.at = at + 20;
  return view.getUint16(at);
};

/** The address family in the byte order of the capturing host (LOOP: always big-endian). */
const readLoopback = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 4 > headers.end) return lacking(headers, 4);
  const big = view.getInt32(at);
  headers.at = at + 4;
  return familyToEtherType((big & ~0xff) === 0 ? big : view.getInt32(at, true));
};

const familyToEtherType = (family: number): Next => {
  switch (family) {
    case 2:
      return ETHERTYPE_IPV4;
    // AF_INET6 of Linux; NetBSD and OpenBSD; FreeBSD; Darwin.
    case 10:
    case 24:
    case 28:
    case 30:
      return ETHERTYPE_IPV6;
    default:
      return END_OTHER;
  }
};

/** Address, control, EtherType. */
const readCiscoHdlc = (headers: Headers): Next => {
  const { view, at } = headers;
  if (at + 4 > headers.end) return lacking(headers, 4);
  headers.at = at + 4;
  return view.getUint16(at + 2);
};
