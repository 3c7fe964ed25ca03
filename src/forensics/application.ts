import type { ApplicationFacts, Protocol, Sighting } from '../causes/evidence.ts';

/** Bytes of a message's head that are searched for its length. */
const HEAD_SEARCHED = 2048;
const UNKNOWN_LENGTH = -1;
const CHUNKED = -2;

/** One direction's current message. */
interface Message {
  frame: number;
  at: number;
  /** Bytes still to come; negative: not known, or told by chunks. */
  remaining: number;
  complete: boolean | undefined;
}

/**
 * What two applications say to one another, from the first bytes of their segments: enough to
 * tell a request that was answered from one that was not. Never more than the head is read.
 */
export class Conversation {
  protocol: Protocol = 'unknown';
  private request: Message | undefined;
  private response: Message | undefined;
  private requests = 0;
  private status: number | undefined;
  private clientHelloLast = false;
  private serverHello = false;
  private alert: { frame: number; at: number } | undefined;

  /** New data from one end; `bytes` from `offset` are the captured part of `length` on the wire. */
  hears(
    fromClient: boolean,
    frame: number,
    at: number,
    bytes: Uint8Array,
    offset: number,
    captured: number,
    length: number,
  ): void {
    if (fromClient) this.clientHelloLast = false;
    const start = recognise(bytes, offset, captured);
    if (start !== undefined) this.names(start, fromClient, frame, at);
    if (start === 'http') this.begins(fromClient, frame, at, bytes, offset, captured, length);
    else this.continues(fromClient, bytes, offset, captured, length);
  }

  clear(): void {
    this.protocol = 'unknown';
    this.request = undefined;
    this.response = undefined;
    this.requests = 0;
    this.status = undefined;
    this.clientHelloLast = false;
    this.serverHello = false;
    this.alert = undefined;
  }

  copy(): Conversation {
    const copy: Conversation = Object.assign(new Conversation(), this);
    copy.request = this.request && { ...this.request };
    copy.response = this.response && { ...this.response };
    return copy;
  }

  /** The last request began and no response after it. */
  get unanswered(): boolean {
    return (
      this.request !== undefined &&
      (this.response === undefined || this.response.frame < this.request.frame)
    );
  }

  facts(now: number): ApplicationFacts {
    const seen = (thing: { frame: number; at: number } | undefined): Sighting | undefined =>
      thing && { frame: thing.frame, beforeMs: (now - thing.at) * 1000 };
    const answered = this.request !== undefined && !this.unanswered;
    return {
      protocol: this.protocol,
      request: seen(this.request),
      requestComplete: this.request?.complete,
      requests: this.requests,
      response: seen(this.response),
      responseStatus: this.status,
      responseComplete: this.response?.complete,
      answered,
      clientHelloLast: this.clientHelloLast,
      serverHelloSeen: this.serverHello,
      tlsAlert: seen(this.alert),
    };
  }

  private names(start: Start, fromClient: boolean, frame: number, at: number): void {
    if (start === 'client-hello') {
      this.protocol = 'tls';
      this.clientHelloLast = fromClient;
    } else if (start === 'server-hello') {
      this.protocol = 'tls';
      this.serverHello = true;
    } else if (start === 'tls-alert') {
      if (this.protocol === 'tls') this.alert = { frame, at };
    } else if (this.protocol === 'unknown') {
      this.protocol = start;
    }
  }

  private begins(
    fromClient: boolean,
    frame: number,
    at: number,
    bytes: Uint8Array,
    offset: number,
    captured: number,
    length: number,
  ): void {
    const remaining = bodyRemaining(bytes, offset, captured, length, fromClient);
    const message: Message = { frame, at, remaining, complete: completeness(remaining) };
    if (fromClient) {
      this.requests++;
      this.request = message;
      return;
    }
    const status = captured >= 12 ? decimal(bytes, offset + 9, offset + 12) : 0;
    // 1xx are interim (RFC 9110 §15.2): the response proper is still to come.
    if (status >= 100 && status < 200) return;
    this.status = status === 0 ? undefined : status;
    this.response = message;
  }

  private continues(
    fromClient: boolean,
    bytes: Uint8Array,
    offset: number,
    captured: number,
    length: number,
  ): void {
    const message = fromClient ? this.request : this.response;
    if (message === undefined || message.remaining === UNKNOWN_LENGTH) return;
    if (message.remaining === CHUNKED) {
      if (captured === length && endsChunks(bytes, offset + length)) message.complete = true;
      return;
    }
    message.remaining = Math.max(0, message.remaining - length);
    message.complete = message.remaining === 0;
  }
}

type Start = Protocol | 'client-hello' | 'server-hello' | 'tls-alert';

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

/** Bytes of the body that are still to come after this segment (RFC 9112 §6.3), or a negative code. */
function bodyRemaining(
  bytes: Uint8Array,
  offset: number,
  captured: number,
  length: number,
  fromClient: boolean,
): number {
  const limit = offset + Math.min(captured, HEAD_SEARCHED);
  let declared = UNKNOWN_LENGTH;
  for (let line = nextLine(bytes, offset, limit); line > 0; line = nextLine(bytes, line, limit)) {
    if (bytes[line] === CR)
      return afterHead(declared, bytes, line + 2, offset + length, fromClient, captured === length);
    if (startsWithAnyCase(bytes, line, limit, 'content-length:')) {
      declared = decimal(bytes, line + 15, limit);
    } else if (startsWithAnyCase(bytes, line, limit, 'transfer-encoding:')) {
      declared = CHUNKED;
    }
  }
  return UNKNOWN_LENGTH;
}

/** As `bodyRemaining`, once the head is known to end at `body` and the segment at `end`. */
function afterHead(
  declared: number,
  bytes: Uint8Array,
  body: number,
  end: number,
  fromClient: boolean,
  whole: boolean,
): number {
  if (declared >= 0) return Math.max(0, declared - (end - body));
  if (declared === CHUNKED) return whole && endsChunks(bytes, end) ? 0 : CHUNKED;
  // A request without either has no body; a response without either lasts until the close.
  return fromClient ? 0 : UNKNOWN_LENGTH;
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

const completeness = (remaining: number): boolean | undefined =>
  remaining === UNKNOWN_LENGTH ? undefined : remaining === 0;

const endsChunks = (bytes: Uint8Array, end: number): boolean =>
  end >= 5 &&
  bytes[end - 5] === 0x30 &&
  bytes[end - 4] === 13 &&
  bytes[end - 3] === 10 &&
  bytes[end - 2] === 13 &&
  bytes[end - 1] === 10;
