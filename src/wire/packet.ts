/**
 * One packet as a view on the capture's own bytes, filled in again for every packet: no object is
 * made on the way from the file to whoever looks. Nothing here judges; lengths and flags are as
 * the wire has them, and whatever could not be read says so.
 *
 * Sequence and acknowledgement numbers are signed 32-bit integers (`x >>> 0` for people), so that
 * they stay small integers in the engine; compare them with `wire/sequence.ts` only.
 */
export class Packet {
  /** Number in the capture, from 1. */
  frame = 0;
  /** Time since the epoch: whole seconds, and nanoseconds within them (0 to 999,999,999). */
  seconds = 0;
  nanos = 0;
  /** Capture interface (pcapng interface id over all sections, SLL2 ifindex), 0 if not told. */
  interfaceId = 0;
  /** Linux SLL packet type (0 to us, 4 from us), -1 if not told. */
  slType = -1;

  /** The bytes that `…Offset` fields count in, valid during the visit only. */
  bytes: Uint8Array = new Uint8Array(0);

  /** 4 or 6. */
  ipVersion = 0;
  /** Addresses as big-endian words in signed 32-bit integers; IPv4 uses word 0 only, the rest is 0. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  target0 = 0;
  target1 = 0;
  target2 = 0;
  target3 = 0;
  /** TTL or hop limit, 0 to 255. */
  ttl = 0;
  /** IPv4 identification, 0 to 65535; -1 with IPv6. */
  ipId = -1;
  /** Encapsulations passed on the way in: number of VLAN tags, and of tunnels. */
  vlanTags = 0;
  tunnels = 0;

  sourcePort = 0;
  targetPort = 0;
  seq = 0;
  ack = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  flags = 0;
  /** As in the header, unscaled; -1 where the capture was cut before it. */
  window = 0;
  /** TCP options present in the capture: where, and how many bytes of them. */
  optionsOffset = 0;
  optionsLength = 0;
  /** Bytes of TCP options on the wire: more than `optionsLength` where the capture was cut. */
  optionsOnWire = 0;
  /** Payload on the wire (from the IP header), where it begins, and how much of it was captured. */
  payloadLength = 0;
  payloadOffset = 0;
  payloadCaptured = 0;
  /** The IP header's total length was zero (segmentation offload): the captured length was used. */
  lengthFromCapture = false;

  /** For an ICMP error about a TCP segment: its type and code; else -1. Addresses, ports and `seq`
   * are then those of the segment complained about, `reporter0…3` (in `ipVersion`) who complains,
   * `ttl` and `ipId` the error's own; `ack` and `flags` are 0, nothing else of the segment is told. */
  icmpType = -1;
  icmpCode = -1;
  reporter0 = 0;
  reporter1 = 0;
  reporter2 = 0;
  reporter3 = 0;
}

/** Those of the TCP header's flags that a verdict asks for (RFC 9293 §3.1). */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

/** Whoever looks at the packets of a capture, in order. The packet is valid during the call only. */
export interface PacketVisitor {
  /**
   * Asked first, where there is one, about a segment over plain Ethernet and IPv4 (addresses as
   * words, both ports in one): true if this was all that is wanted of it, and it need not be read
   * further. Whole passes live on how little is read of most packets.
   */
  glance?(
    source: number,
    target: number,
    ports: number,
    flags: number,
    payloadLength: number,
  ): boolean;
  /**
   * Called in place of the two below, where there is one, for whoever carries frames elsewhere: the
   * packet as decoded, and where its frame lies (`captured` bytes from `offset`, `original` on the
   * wire).
   */
  carry?(
    packet: Packet,
    offset: number,
    captured: number,
    original: number,
    linkType: number,
  ): void;
  /** A TCP segment (a first fragment counts; of truncated ones at least flags and window are there). */
  segment(packet: Packet): void;
  /** An ICMP or ICMPv6 error that quotes a TCP segment. */
  icmpError(packet: Packet): void;
}
