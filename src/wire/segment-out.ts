import { viewOf } from './byte-view.ts';
import { checksumOf, folded, pseudoHeaderSum, sumInView } from './checksum.ts';
import { PROTOCOL_TCP } from './datagram.ts';
import type { Endpoint } from './ip-address.ts';
import { type IpFields, ipHeaderLength, writeIpHeader } from './ip-header.ts';
import { SYN } from './packet.ts';
import type { Segment } from './segment.ts';

const TCP_HEADER = 20;

/**
 * Writes the IP packet that carries the segment between two addresses of one family, and returns
 * its length. `into` must have room at `at`: 100 bytes more than the text suffice. The ports are
 * those of the endpoints. Options come in the order of Linux (`tcp_options_write`), which is one of
 * the things by which a host is recognised; SACK blocks that do not fit are left out, the last first.
 *
 * Without a checksum its field holds the sum of the pseudo-header, as network cards that complete
 * it expect.
 */
export const writeSegment = (
  segment: Segment,
  source: Endpoint,
  target: Endpoint,
  ip: IpFields,
  into: Uint8Array,
  at: number,
  withChecksum: boolean,
): number => {
  const view = viewOf(into);
  const start = into.byteOffset + at;
  const ipHeader = ipHeaderLength(source.address.version);
  const tcpStart = start + ipHeader;
  const tcpHeader = TCP_HEADER + writeOptions(segment, view, tcpStart + TCP_HEADER);
  const tcpLength = tcpHeader + segment.payloadLength;
  writeHeader(segment, source.port, target.port, tcpHeader, view, tcpStart);
  const { ecn } = segment;
  writeIpHeader(source.address, target.address, PROTOCOL_TCP, ip, ecn, tcpLength, view, start);
  writeText(segment, into, at + ipHeader + tcpHeader);
  const pseudo = pseudoHeaderSum(source.address, target.address, PROTOCOL_TCP, tcpLength);
  const checksum = withChecksum
    ? checksumOf(pseudo + sumInView(view, tcpStart, tcpLength))
    : folded(pseudo);
  view.setUint16(tcpStart + 16, checksum);
  return ipHeader + tcpLength;
};

/** RFC 9293 §3.1, the checksum still zero. */
const writeHeader = (
  segment: Segment,
  sourcePort: number,
  targetPort: number,
  headerLength: number,
  view: DataView,
  at: number,
): void => {
  view.setUint16(at, sourcePort);
  view.setUint16(at + 2, targetPort);
  view.setInt32(at + 4, segment.seq);
  view.setInt32(at + 8, segment.ack);
  view.setUint8(at + 12, headerLength << 2);
  view.setUint8(at + 13, segment.flags);
  view.setUint16(at + 14, segment.window);
  view.setUint16(at + 16, 0);
  view.setUint16(at + 18, segment.urgentPointer);
};

/**
 * Copies the text, which may go round the end of a ring. The subarray is the one small object that a
 * segment with text costs: a fifth of the time of a loop without it.
 */
const writeText = (segment: Segment, into: Uint8Array, at: number): void => {
  const { payload, payloadOffset, payloadLength } = segment;
  if (payloadLength === 0) return;
  const end = payloadOffset + payloadLength;
  into.set(payload.subarray(payloadOffset, end), at);
  if (end <= payload.length) return;
  into.set(payload.subarray(0, end - payload.length), at + payload.length - payloadOffset);
};

const NOP_NOP_TIMESTAMPS = 0x0101080a;
const SACK_PERMITTED_TIMESTAMPS = 0x0402080a;
const NOP_NOP_SACK_PERMITTED = 0x01010402;
const MSS = 0x0204_0000;
const NOP_WINDOW_SCALE = 0x0103_0300;
const NOP_NOP_SACK = 0x0101_0500;
const MOST_OPTIONS = 40;

/** Returns how many bytes of options there are, a multiple of four, 40 at most. */
const writeOptions = (segment: Segment, view: DataView, start: number): number => {
  if ((segment.flags & SYN) !== 0) return writeSynOptions(segment, view, start);
  let at = start;
  if (segment.hasTimestamps) {
    view.setUint32(at, NOP_NOP_TIMESTAMPS);
    at = writeTimestamps(segment, view, at + 4);
  }
  if (segment.sackBlocks > 0) at = writeSackBlocks(segment, view, at, start);
  return at - start;
};

const writeSynOptions = (segment: Segment, view: DataView, start: number): number => {
  let at = start;
  if (segment.mss >= 0) {
    view.setUint32(at, MSS | segment.mss);
    at += 4;
  }
  if (segment.hasTimestamps) {
    view.setUint32(at, segment.sackPermitted ? SACK_PERMITTED_TIMESTAMPS : NOP_NOP_TIMESTAMPS);
    at = writeTimestamps(segment, view, at + 4);
  } else if (segment.sackPermitted) {
    view.setUint32(at, NOP_NOP_SACK_PERMITTED);
    at += 4;
  }
  if (segment.windowScale >= 0) {
    view.setUint32(at, NOP_WINDOW_SCALE | segment.windowScale);
    at += 4;
  }
  return at - start;
};

const writeTimestamps = (segment: Segment, view: DataView, at: number): number => {
  view.setInt32(at, segment.tsval);
  view.setInt32(at + 4, segment.tsecr);
  return at + 8;
};

/** RFC 2018 §3. */
const writeSackBlocks = (segment: Segment, view: DataView, at: number, start: number): number => {
  const room = (MOST_OPTIONS - (at - start) - 4) >> 3;
  const blocks = Math.min(segment.sackBlocks, room);
  view.setUint32(at, NOP_NOP_SACK | (2 + blocks * 8));
  for (let word = 0; word < blocks * 2; word += 1) {
    view.setInt32(at + 4 + word * 4, segment.sack[word]);
  }
  return at + 4 + blocks * 8;
};
