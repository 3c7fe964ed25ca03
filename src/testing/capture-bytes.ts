import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ZstdDecompressor } from '../capture/decompress.ts';
import { sniffCompression } from '../capture/magic.ts';
import type { Recording } from './record-resets.ts';

/** A capture, decompressed, and what to call it. */
export const bytesOf = async (
  capture: string | Uint8Array | Recording<unknown>,
): Promise<{ name: string; bytes: Uint8Array }> => {
  if (typeof capture === 'string') {
    return { name: capture, bytes: await decompressed(await readFile(capture)) };
  }
  if (capture instanceof Uint8Array) {
    return { name: 'capture', bytes: await decompressed(capture) };
  }
  return { name: 'recording', bytes: capture.capture };
};

const decompressed = async (bytes: Uint8Array): Promise<Uint8Array> => {
  switch (sniffCompression(bytes.subarray(0, 4))) {
    case 'gzip':
      return promisify(gunzip)(bytes);
    case 'zstd':
      return unzstd(bytes);
    case 'none':
      return bytes;
  }
};

const unzstd = (bytes: Uint8Array): Uint8Array => {
  const pieces: Uint8Array[] = [];
  const zstd = new ZstdDecompressor((piece) => pieces.push(piece.slice()));
  zstd.push(bytes);
  zstd.end();
  if (zstd.problem !== undefined) throw new Error(`zstd: ${zstd.problem.message}`);
  return Buffer.concat(pieces);
};
