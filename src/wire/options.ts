import type { Packet } from './packet.ts';

/** MPTCP option subtypes (RFC 8684 §8.2), of those told apart here. */
export const MP_CAPABLE = 0;
export const MP_JOIN = 1;
const MP_FASTCLOSE = 7;
const MP_TCPRST = 8;

/** The options of one segment, as far as captured; reused for every segment. */
export class TcpOptions {
  /** Maximum segment size in bytes, -1 if absent. */
  mss = -1;
  /** Shift count 0 to 255 as sent (RFC 7323 §2.3 caps its use at 14), -1 if absent. */
  windowScale = -1;
  sackPermitted = false;
  /** Number of SACK blocks. */
  sackBlocks = 0;
  hasTimestamps = false;
  /** As signed 32-bit integers; 0 without timestamps. */
  tsval = 0;
  tsecr = 0;
  /** Subtype of the first MPTCP option (`MP_CAPABLE` …), -1 if absent. */
  mptcp = -1;
  mptcpFastclose = false;
  /** Reason of an MP_TCPRST (RFC 8684 §3.6), 0 to 255, -1 if absent. */
  mptcpResetReason = -1;
  /** MD5 signature (RFC 2385) or authentication option (RFC 5925). */
  authenticated = false;
  /** An option is shorter than its own header, or runs over the end; those before it are there. */
  malformed = false;
  /** The capture ends within the options: those that are missing here may have been sent. */
  cut = false;
}

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MD5_SIGNATURE = 19;
const AUTHENTICATION = 29;
const MPTCP = 30;

/** Reads the options of a segment into `into`, all of whose fields are set anew. Never throws. */
export const readOptions = (packet: Packet, into: TcpOptions): TcpOptions => {
  clear(into);
  const { bytes, optionsOffset } = packet;
  const end = optionsOffset + packet.optionsLength;
  const wireEnd = optionsOffset + packet.optionsOnWire;
  into.cut = end < wireEnd;
  let at = optionsOffset;
  while (at < end) {
    const kind = bytes[at];
    if (kind === END_OF_LIST) {
      into.cut = false;
      break;
    }
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    if (at + 1 >= end) {
      into.malformed = at + 1 >= wireEnd;
      break;
    }
    const length = bytes[at + 1];
    if (length < 2 || at + length > wireEnd) {
      into.malformed = true;
      break;
    }
    if (at + length > end) break;
    readOption(bytes, at, kind, length, into);
    at += length;
  }
  return into;
};

const clear = (into: TcpOptions): void => {
  into.mss = -1;
  into.windowScale = -1;
  into.sackPermitted = false;
  into.sackBlocks = 0;
  into.hasTimestamps = false;
  into.tsval = 0;
  into.tsecr = 0;
  into.mptcp = -1;
  into.mptcpFastclose = false;
  into.mptcpResetReason = -1;
  into.authenticated = false;
  into.malformed = false;
  into.cut = false;
};

/** An option of another length than its kind demands is passed over, as Linux does. */
const readOption = (
  bytes: Uint8Array,
  at: number,
  kind: number,
  length: number,
  into: TcpOptions,
): void => {
  switch (kind) {
    case MSS:
      if (length === 4) into.mss = (bytes[at + 2] << 8) | bytes[at + 3];
      break;
    case WINDOW_SCALE:
      if (length === 3) into.windowScale = bytes[at + 2]!;
      break;
    case SACK_PERMITTED:
      if (length === 2) into.sackPermitted = true;
      break;
    case SACK:
      into.sackBlocks = (length - 2) >> 3;
      break;
    case TIMESTAMPS:
      if (length === 10) readTimestamps(bytes, at, into);
      break;
    case MD5_SIGNATURE:
    case AUTHENTICATION:
      into.authenticated = true;
      break;
    case MPTCP:
      if (length >= 3) readMptcp(bytes, at, length, into);
      break;
    default:
  }
};

const readTimestamps = (bytes: Uint8Array, at: number, into: TcpOptions): void => {
  into.hasTimestamps = true;
  into.tsval = word(bytes, at + 2);
  into.tsecr = word(bytes, at + 6);
};

const readMptcp = (bytes: Uint8Array, at: number, length: number, into: TcpOptions): void => {
  const subtype = bytes[at + 2] >> 4;
  if (into.mptcp === -1) into.mptcp = subtype;
  if (subtype === MP_FASTCLOSE) into.mptcpFastclose = true;
  if (subtype === MP_TCPRST && length >= 4) into.mptcpResetReason = bytes[at + 3]!;
};

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
