/** What a frame turned out to hold: the answer of `decodeFrame`. */
export type FrameKind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** A TCP segment; the packet is filled in. */
export const TCP_SEGMENT = 0;
/** An ICMP or ICMPv6 error that quotes a TCP segment; the packet is filled in as far as quoted. */
export const ICMP_ERROR = 1;
/** Neither of the two: another protocol, or one whose content cannot be seen (ESP). */
export const OTHER = 2;
/** A fragment after the first. */
export const LATER_FRAGMENT = 3;
/** Cut by the capture before ports and flags could be read. */
export const HEADER_CUT = 4;
/** A length or an offset that cannot be true, or encapsulation without end. */
export const MALFORMED = 5;
/** A link type that is not read here. */
export const UNKNOWN_LINK_TYPE = 6;
