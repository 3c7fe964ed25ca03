import { HEADER_CUT, LATER_FRAGMENT, MALFORMED, OTHER, UNKNOWN_LINK_TYPE } from './frame-kind.ts';
import { Packet } from './packet.ts';

/**
 * The way through one frame's headers, reused for every frame. Each reader consumes the header at
 * `at` and answers what comes next: an EtherType, an IP protocol, a link header, or the end.
 */
export class Headers {
  packet = new Packet();
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the next header begins. */
  at = 0;
  /** Where the captured bytes of the innermost datagram end. */
  end = 0;
  /** Where they ended on the wire, by the innermost length field. */
  wireEnd = 0;
  /** Inside the quotation of an ICMP error. */
  quoted = false;
}

/** What comes next: 0 to 0xffff an EtherType, above that one of these; negative: the end. */
export type Next = number;

export const IP_PROTOCOL = 0x1_0000;
export const ETHERNET = 0x2_0000;
export const RAW_IP = 0x2_0001;
export const PPP = 0x2_0002;

/** The end of the way, as the complement of its `FrameKind`. */
export const END_OTHER: Next = ~OTHER;
export const END_LATER_FRAGMENT: Next = ~LATER_FRAGMENT;
export const END_CUT: Next = ~HEADER_CUT;
export const END_MALFORMED: Next = ~MALFORMED;
export const END_UNKNOWN_LINK_TYPE: Next = ~UNKNOWN_LINK_TYPE;

/** The end where a header of `length` bytes is not all there: never sent whole, or not captured. */
export const lacking = (headers: Headers, length: number): Next =>
  headers.at + length > headers.wireEnd ? END_MALFORMED : END_CUT;
