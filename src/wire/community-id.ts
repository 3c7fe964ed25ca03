import { sha1 } from '@noble/hashes/legacy.js';

/** One end of a connection: address words as in `Packet`, and port. */
export interface EndpointWords {
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
  readonly port: number;
}

const TCP = 6;

/**
 * Community ID version 1 with seed 0 of a TCP connection, `1:` and a SHA-1 in base64; the same
 * whichever end is given first (github.com/corelight/community-id-spec).
 */
export const communityId = (version: number, one: EndpointWords, other: EndpointWords): string => {
  const [first, second] = inOrder(one, other) ? [one, other] : [other, one];
  const size = version === 4 ? 4 : 16;
  const message = new Uint8Array(2 + size * 2 + 6);
  const view = new DataView(message.buffer);
  putAddress(view, 2, first, version);
  putAddress(view, 2 + size, second, version);
  const at = 2 + size * 2;
  message[at] = TCP;
  view.setUint16(at + 2, first.port);
  view.setUint16(at + 4, second.port);
  return `1:${base64(sha1(message))}`;
};

const putAddress = (view: DataView, at: number, end: EndpointWords, version: number): void => {
  view.setInt32(at, end.word0);
  if (version === 4) return;
  view.setInt32(at + 4, end.word1);
  view.setInt32(at + 8, end.word2);
  view.setInt32(at + 12, end.word3);
};

/** The smaller address first, compared as bytes; between equal addresses the smaller port. */
const inOrder = (one: EndpointWords, other: EndpointWords): boolean => {
  if (one.word0 !== other.word0) return one.word0 >>> 0 < other.word0 >>> 0;
  if (one.word1 !== other.word1) return one.word1 >>> 0 < other.word1 >>> 0;
  if (one.word2 !== other.word2) return one.word2 >>> 0 < other.word2 >>> 0;
  if (one.word3 !== other.word3) return one.word3 >>> 0 < other.word3 >>> 0;
  return one.port <= other.port;
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 §4 (a browser's `btoa` and Node's `Buffer` are neither at home on this floor). */
const base64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const triple = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET[triple >>> 18] + ALPHABET[(triple >>> 12) & 63];
    text += left > 1 ? ALPHABET[(triple >>> 6) & 63] : '=';
    text += left > 2 ? ALPHABET[triple & 63] : '=';
  }
  return text;
};
