import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** Bytes whose place can be told from their values, so that what is lost, doubled or out of order shows. */

const PIECE = 1 << 16;

/** Prime, so that pieces, segments and pages never fall together. */
const PERIOD = 65_521;
const text = Buffer.from(
  Uint8Array.from({ length: PERIOD + PIECE }, (_, at) => {
    const place = at % PERIOD;
    return (place * 7 + (place >> 8) * 13) & 255;
  }),
);

function* pieces(bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += PIECE) {
    const begin = at % PERIOD;
    yield text.subarray(begin, begin + Math.min(PIECE, bytes - at));
  }
}

/** A stream of so many bytes. */
export const patternStream = (bytes: number): Readable =>
  Readable.from(pieces(bytes), { objectMode: false });

/** Its SHA-256 in hex. */
export const patternHash = (bytes: number): string => {
  const hash = createHash('sha256');
  for (const piece of pieces(bytes)) hash.update(piece);
  return hash.digest('hex');
};

/** How many bytes come, and their SHA-256 in hex. The stream is left as it is, for the other direction. */
export const hashOf = (
  stream: NodeJS.ReadableStream,
): Promise<{ readonly bytes: number; readonly hash: string }> => {
  const hash = createHash('sha256');
  let bytes = 0;
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    stream.once('end', () => resolve({ bytes, hash: hash.digest('hex') }));
    stream.once('error', reject);
  });
};
