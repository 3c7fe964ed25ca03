/**
 * What application data starts with: well-formed HTTP/1.1 heads and TLS 1.3 records. The rest of
 * every payload comes from one block of printable bytes.
 */
import { Random } from './random.mjs';

const FILLER_BYTES = 32_768;

/** @param {number} seed */
export const fillerBlock = (seed) => {
  const random = new Random(seed);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const block = Buffer.alloc(FILLER_BYTES);
  for (let i = 0; i < block.length; i++) block[i] = letters.charCodeAt(random.between(0, 35));
  return block;
};

const LENGTH_DIGITS = 10;

/** A head whose Content-Length is set anew each time (padded with spaces: RFC 9110 §5.6.3, OWS). */
class HttpHead {
  /** @param {string[]} lines */
  constructor(...lines) {
    const text = [...lines, `Content-Length: ${' '.repeat(LENGTH_DIGITS)}`, '', ''].join('\r\n');
    this.bytes = Buffer.from(text, 'latin1');
    this.digitsEnd = this.bytes.length - 4;
  }

  /** @param {number} bodyBytes */
  withBody(bodyBytes) {
    let rest = bodyBytes;
    for (let place = 1; place <= LENGTH_DIGITS; place++) {
      const blank = rest === 0 && place > 1;
      this.bytes[this.digitsEnd - place] = blank ? 0x20 : 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return this.bytes;
  }
}

const OK = new HttpHead('HTTP/1.1 200 OK', 'Server: bench', 'Content-Type: text/plain');
const TOO_LARGE = new HttpHead(
  'HTTP/1.1 413 Payload Too Large',
  'Server: bench',
  'Connection: close',
);
const POST = new HttpHead('POST /upload HTTP/1.1', 'Host: api.example', 'User-Agent: bench/1');

/** A whole request: no body, the rest of its segment is one long header line. */
const GET_START = Buffer.from('GET /v1/items HTTP/1.1\r\nHost: api.example\r\nX-Fill: ', 'latin1');
const GET = Buffer.concat([GET_START, Buffer.from(`${'q'.repeat(60)}\r\n\r\n`, 'latin1')]);

export const GET_BYTES = GET.length;
export const httpGet = () => GET;
/** @param {number} totalBytes head and body */
export const httpOk = (totalBytes) => OK.withBody(Math.max(0, totalBytes - OK.bytes.length));
export const OK_HEAD_BYTES = OK.bytes.length;
export const httpTooLarge = () => TOO_LARGE.withBody(0);
export const TOO_LARGE_BYTES = TOO_LARGE.bytes.length;
/** @param {number} bodyBytes */
export const httpPost = (bodyBytes) => POST.withBody(bodyBytes);

const RECORD = Buffer.from([0x17, 0x03, 0x03, 0, 0]);
/**
 * The head of one TLS record of application data.
 * @param {number} totalBytes with the head, at most 16,645 (RFC 8446 §5.2)
 */
export const tlsRecord = (totalBytes) => {
  RECORD.writeUInt16BE(totalBytes - 5, 3);
  return RECORD;
};

/** @param {...(number[] | Buffer)} parts */
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
/**
 * With a length in front, of so many bytes.
 * @param {1 | 2 | 3} width
 * @param {Buffer} body
 */
const counted = (width, body) => {
  const length = Buffer.alloc(width);
  length.writeUIntBE(body.length, 0, width);
  return Buffer.concat([length, body]);
};
/**
 * @param {number} type
 * @param {Buffer} body
 */
const extension = (type, body) => bytes([type >> 8, type & 255], counted(2, body));
/**
 * @param {number} type 1 ClientHello, 2 ServerHello
 * @param {number} minor of the record's version
 * @param {Buffer} body
 */
const handshakeRecord = (type, minor, body) =>
  bytes([0x16, 0x03, minor], counted(2, bytes([type], counted(3, body))));

const NONCE = Buffer.alloc(32, 0x5a);
const KEY_SHARE = bytes([0, 0x1d], counted(2, Buffer.alloc(32, 0x33)));
const SERVER_NAME = counted(2, bytes([0], counted(2, Buffer.from('api.example'))));

/** RFC 8446 §4.1.2, padded (RFC 7685) to the usual 517 bytes. */
const clientHelloWith = (/** @type {number} */ padding) =>
  handshakeRecord(
    1,
    1,
    bytes(
      [0x03, 0x03],
      NONCE,
      counted(1, NONCE),
      counted(2, bytes([0x13, 0x01, 0x13, 0x02, 0x13, 0x03])),
      [1, 0],
      counted(
        2,
        bytes(
          extension(0, SERVER_NAME),
          extension(10, counted(2, bytes([0, 0x1d]))),
          extension(13, counted(2, bytes([0x04, 0x03, 0x08, 0x04]))),
          extension(43, counted(1, bytes([0x03, 0x04]))),
          extension(51, counted(2, KEY_SHARE)),
          extension(21, Buffer.alloc(padding)),
        ),
      ),
    ),
  );
export const CLIENT_HELLO_BYTES = 517;
export const CLIENT_HELLO = clientHelloWith(CLIENT_HELLO_BYTES - clientHelloWith(0).length);

const CHANGE_CIPHER_SPEC = bytes([0x14, 0x03, 0x03, 0, 1, 1]);
const SERVER_HELLO = handshakeRecord(
  2,
  3,
  bytes(
    [0x03, 0x03],
    NONCE,
    counted(1, NONCE),
    [0x13, 0x01, 0],
    counted(2, bytes(extension(43, bytes([0x03, 0x04])), extension(51, KEY_SHARE))),
  ),
);

/** ServerHello, then the encrypted rest of the server's flight: in all 2,200 bytes. */
export const SERVER_FLIGHT_BYTES = 2200;
export const SERVER_FLIGHT = (() => {
  const clear = bytes(SERVER_HELLO, CHANGE_CIPHER_SPEC);
  return bytes(clear, tlsRecord(SERVER_FLIGHT_BYTES - clear.length));
})();

/** The client's ChangeCipherSpec and Finished. */
export const CLIENT_FINISHED_BYTES = 64;
export const CLIENT_FINISHED = bytes(
  CHANGE_CIPHER_SPEC,
  tlsRecord(CLIENT_FINISHED_BYTES - CHANGE_CIPHER_SPEC.length),
);
