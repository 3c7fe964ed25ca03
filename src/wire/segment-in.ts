import { viewOf } from './byte-view.ts';
import { folded, sumInView, wordSum } from './checksum.ts';
import { type Datagram, PROTOCOL_TCP } from './datagram.ts';
import { SYN } from './packet.ts';
import type { Segment } from './segment.ts';

const HEADER = 20;

/**
 * Reads the TCP segment of a whole datagram (RFC 9293 §3.1). False, and `into` means nothing, where
 * it is to be dropped in silence: a data offset that cannot be true, or a wrong checksum, which is
 * looked at only if asked for. The payload stays where it is, in the datagram's bytes.
 *
 * Options that belong on a SYN alone are read there alone, as Linux does (`tcp_parse_options`).
 */
export const readSegment = (
  datagram: Datagram,
  into: Segment,
  verifyChecksum: boolean,
): boolean => {
  const { bytes, payloadOffset: offset, payloadLength: length } = datagram;
  if (length < HEADER) return false;
  const headerLength = (bytes[offset + 12] >> 4) * 4;
  if (headerLength < HEADER || headerLength > length) return false;
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  if (verifyChecksum && !isIntact(datagram, view, at)) return false;
  into.sourcePort = view.getUint16(at);
  into.targetPort = view.getUint16(at + 2);
  into.seq = view.getInt32(at + 4);
  into.ack = view.getInt32(at + 8);
  into.flags = bytes[offset + 13]!;
  into.window = view.getUint16(at + 14);
  into.urgentPointer = view.getUint16(at + 18);
  into.ecn = datagram.ecn;
  into.payload = bytes;
  into.payloadOffset = offset + headerLength;
  into.payloadLength = length - headerLength;
  into.segmentSize = datagram.segmentSize;
  clearOptions(into);
  if (headerLength > HEADER) readOptions(view, at + HEADER, at + headerLength, into);
  return true;
};

const isIntact = (datagram: Datagram, view: DataView, at: number): boolean => {
  const { source0, source1, source2, source3, target0, target1, target2, target3 } = datagram;
  const { payloadLength } = datagram;
  let sum = wordSum(source0) + wordSum(target0) + PROTOCOL_TCP + payloadLength;
  if (datagram.version === 6) {
    sum += wordSum(source1) + wordSum(source2) + wordSum(source3);
    sum += wordSum(target1) + wordSum(target2) + wordSum(target3);
  }
  return folded(sum + sumInView(view, at, payloadLength)) === 0xffff;
};

const clearOptions = (into: Segment): void => {
  into.mss = -1;
  into.windowScale = -1;
  into.sackPermitted = false;
  into.hasTimestamps = false;
  into.tsval = 0;
  into.tsecr = 0;
  into.sackBlocks = 0;
};

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
/** NOP, NOP, timestamps of 10 bytes: what nearly every segment of a connection has (RFC 7323 A). */
const ALIGNED_TIMESTAMPS = 0x0101080a;

/** An option that is shorter than its own header or runs over the end closes the list. */
const readOptions = (view: DataView, from: number, end: number, into: Segment): void => {
  let at = from;
  if (end - at >= 12 && view.getInt32(at) === ALIGNED_TIMESTAMPS) {
    takeTimestamps(view, at + 2, into);
    at += 12;
  }
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) return;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    if (at + 1 >= end) return;
    const length = view.getUint8(at + 1);
    if (length < 2 || at + length > end) return;
    readOption(view, at, kind, length, into);
    at += length;
  }
};

/** An option of another length than its kind demands is passed over. */
const readOption = (
  view: DataView,
  at: number,
  kind: number,
  length: number,
  into: Segment,
): void => {
  const isSyn = (into.flags & SYN) !== 0;
  switch (kind) {
    case MSS:
      if (isSyn && length === 4) into.mss = view.getUint16(at + 2);
      break;
    case WINDOW_SCALE:
      if (isSyn && length === 3) into.windowScale = view.getUint8(at + 2);
      break;
    case SACK_PERMITTED:
      if (isSyn && length === 2) into.sackPermitted = true;
      break;
    case SACK:
      if (length >= 10 && (length & 7) === 2) takeSackBlocks(view, at + 2, length - 2, into);
      break;
    case TIMESTAMPS:
      if (length === 10) takeTimestamps(view, at, into);
      break;
    default:
  }
};

const takeTimestamps = (view: DataView, at: number, into: Segment): void => {
  into.hasTimestamps = true;
  into.tsval = view.getInt32(at + 2);
  into.tsecr = view.getInt32(at + 6);
};

const takeSackBlocks = (view: DataView, at: number, length: number, into: Segment): void => {
  into.sackBlocks = length >> 3;
  for (let word = 0; word < length >> 2; word += 1) {
    into.sack[word] = view.getInt32(at + word * 4);
  }
};
