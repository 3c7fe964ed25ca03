import type { Protocol } from '../causes/evidence.ts';
import type { Packet } from '../wire/packet.ts';

/** Bytes of a message's head that are searched for its length. */
const HEAD_SEARCHED = 2048;

/** Codes in place of a number of bytes: the head did not end here; told by chunks; none declared. */
export const UNKNOWN_LENGTH = -1;
export const CHUNKED = -2;
export const NO_LENGTH = -3;

/** What a segment's payload can begin with. */
export type Start = Protocol | 'client-hello' | 'server-hello' | 'tls-alert';

export const STARTS: readonly (Start | undefined)[] = [
  undefined,
  'http',
  'tls',
  'ssh',
  'mysql',
  'postgres',
  'redis',
  'http2',
  'client-hello',
  'server-hello',
  'tls-alert',
];

/** What the application data of a segment tells by its first bytes; reused for every segment. */
export class Opening {
  start: Start | undefined;
  /** HTTP status, 0 if there is none. */
  status = 0;
  /** The request asks for the head alone (RFC 9110 §9.3.2). */
  isHead = false;
  /** Bytes of an HTTP body still to come after this segment, or a negative code. */
  remaining = UNKNOWN_LENGTH;
  /** The segment ends with the last chunk (RFC 9112 §7.1). */
  endsChunks = false;
}

/** Reads a segment's payload, as far as captured. */
export function readOpening(packet: Packet, into: Opening): Opening {
  const { bytes, payloadOffset, payloadCaptured, payloadLength } = packet;
  into.start = recognise(bytes, payloadOffset, payloadCaptured);
  into.status = 0;
  into.isHead = false;
  into.remaining = UNKNOWN_LENGTH;
  into.endsChunks =
    payloadCaptured === payloadLength &&
    payloadLength >= 5 &&
    endsChunks(bytes, payloadOffset + payloadLength);
  if (into.start !== 'http') return into;
  into.isHead = bytes[payloadOffset] === 0x48 && bytes[payloadOffset + 1] === 0x45;
  into.remaining = remainingAfter(bytes, payloadOffset, payloadCaptured, payloadLength);
  const isResponse = bytes[payloadOffset + 3] === 0x50 && bytes[payloadOffset + 4] === 0x2f;
  if (isResponse && payloadCaptured >= 12) {
    into.status = decimal(bytes, payloadOffset + 9, payloadOffset + 12);
  }
  return into;
}

/** What a segment's payload starts with, by its first bytes; undefined: nothing we know. */
function recognise(bytes: Uint8Array, offset: number, captured: number): Start | undefined {
  if (captured < 4) return undefined;
  const first = bytes[offset];
  if (first >= 20 && first <= 23 && bytes[offset + 1] === 3)
    return tlsRecord(bytes, offset, captured);
  if (first === 0x48 && startsWith(bytes, offset, captured, 'HTTP/')) return 'http';
  if (first === 0x50 && startsWith(bytes, offset, captured, 'PRI * HTTP/2')) return 'http2';
  if (first === 0x53 && startsWith(bytes, offset, captured, 'SSH-')) return 'ssh';
  if (isHttpRequest(bytes, offset, captured)) return 'http';
  if (isMysqlGreeting(bytes, offset, captured)) return 'mysql';
  if (isPostgresStartup(bytes, offset, captured)) return 'postgres';
  if (first === 0x2a && isDigit(bytes[offset + 1])) return 'redis';
  return undefined;
}

/** RFC 8446 §5.1 and §4: record type, legacy version, length, handshake type. */
function tlsRecord(bytes: Uint8Array, offset: number, captured: number): Start | undefined {
  const type = bytes[offset];
  if (type === 21) return 'tls-alert';
  if (type !== 22 || captured < 6) return undefined;
  if (bytes[offset + 5] === 1) return 'client-hello';
  return bytes[offset + 5] === 2 ? 'server-hello' : undefined;
}

const METHODS = [
  'GET ',
  'POST ',
  'PUT ',
  'HEAD ',
  'DELETE ',
  'OPTIONS ',
  'PATCH ',
  'CONNECT ',
  'TRACE ',
];
const METHOD_STARTS = new Set(METHODS.map((method) => method.charCodeAt(0)));

const isHttpRequest = (bytes: Uint8Array, offset: number, captured: number): boolean =>
  METHOD_STARTS.has(bytes[offset]) &&
  METHODS.some((method) => startsWith(bytes, offset, captured, method));

/** A MySQL server's first packet: three bytes of length, sequence 0, protocol version 10. */
const isMysqlGreeting = (bytes: Uint8Array, offset: number, captured: number): boolean =>
  captured >= 6 &&
  bytes[offset + 2] === 0 &&
  bytes[offset + 3] === 0 &&
  bytes[offset + 4] === 10 &&
  isDigit(bytes[offset + 5]);

/** A PostgreSQL client's startup message: length, then protocol 3.0 or the TLS request. */
const isPostgresStartup = (bytes: Uint8Array, offset: number, captured: number): boolean =>
  captured >= 8 &&
  bytes[offset] === 0 &&
  bytes[offset + 1] === 0 &&
  ((bytes[offset + 4] === 0 &&
    bytes[offset + 5] === 3 &&
    bytes[offset + 6] === 0 &&
    bytes[offset + 7] === 0) ||
    (bytes[offset + 4] === 4 &&
      bytes[offset + 5] === 210 &&
      bytes[offset + 6] === 22 &&
      bytes[offset + 7] === 47));

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function startsWith(bytes: Uint8Array, offset: number, captured: number, word: string): boolean {
  if (captured < word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[offset + i] !== word.charCodeAt(i)) return false;
  return true;
}

/**
 * Bytes of the body still to come after this segment (RFC 9112 §6.3), or one of the negative codes.
 */
function remainingAfter(
  bytes: Uint8Array,
  offset: number,
  captured: number,
  length: number,
): number {
  const limit = offset + Math.min(captured, HEAD_SEARCHED);
  let declared = NO_LENGTH;
  for (let line = nextLine(bytes, offset, limit); line > 0; line = nextLine(bytes, line, limit)) {
    if (bytes[line] === CR) {
      const whole = captured === length;
      return afterHead(
        declared,
        offset + length - line - 2,
        whole && endsChunks(bytes, offset + length),
      );
    }
    if (startsWithAnyCase(bytes, line, limit, 'content-length:')) {
      declared = decimal(bytes, line + 15, limit);
    } else if (startsWithAnyCase(bytes, line, limit, 'transfer-encoding:')) {
      declared = CHUNKED;
    }
  }
  return UNKNOWN_LENGTH;
}

/** The head is known, and `here` bytes of the body are in this segment. */
function afterHead(declared: number, here: number, isLastChunk: boolean): number {
  if (declared >= 0) return Math.max(0, declared - here);
  return declared === CHUNKED && isLastChunk ? 0 : declared;
}

const CR = 13;
const LF = 10;

/** Where the line after the next line feed begins; 0 if none does before `limit`. */
function nextLine(bytes: Uint8Array, from: number, limit: number): number {
  for (let i = from; i < limit - 1; i++) if (bytes[i] === LF) return i + 1;
  return 0;
}

function startsWithAnyCase(bytes: Uint8Array, at: number, limit: number, lower: string): boolean {
  if (at + lower.length > limit) return false;
  for (let i = 0; i < lower.length; i++) {
    if ((bytes[at + i] | 0x20) !== (lower.charCodeAt(i) | 0x20)) return false;
  }
  return true;
}

function decimal(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit && bytes[at] === 0x20) at++;
  let value = 0;
  for (; at < limit && isDigit(bytes[at]); at++) value = value * 10 + bytes[at] - 0x30;
  return value;
}

const endsChunks = (bytes: Uint8Array, end: number): boolean =>
  end >= 5 &&
  bytes[end - 5] === 0x30 &&
  bytes[end - 4] === 13 &&
  bytes[end - 3] === 10 &&
  bytes[end - 2] === 13 &&
  bytes[end - 1] === 10;
