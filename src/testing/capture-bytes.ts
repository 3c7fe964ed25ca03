import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ZstdDecompressor } from '../capture/decompress.ts';
import { sniffCompression } from '../capture/magic.ts';
import type { Recording } from './record-resets.ts';

/** A capture and what to call it; or, in words, why it cannot be decompressed. */
export type Opened = { readonly name: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly damage: string }
);

/** A capture, decompressed; rejects where a file cannot be read. */
export const bytesOf = async (
  capture: string | Uint8Array | Recording<unknown>,
): Promise<Opened> => {
  if (typeof capture === 'string') {
    return { name: capture, ...(await decompressed(await readFile(capture))) };
  }
  if (capture instanceof Uint8Array) return { name: 'capture', ...(await decompressed(capture)) };
  return { name: 'recording', bytes: capture.capture };
};

type Decompressed = { readonly bytes: Uint8Array } | { readonly damage: string };

const decompressed = async (bytes: Uint8Array): Promise<Decompressed> => {
  switch (sniffCompression(bytes.subarray(0, 4))) {
    case 'gzip':
      return ungzip(bytes);
    case 'zstd':
      return unzstd(bytes);
    case 'none':
      return { bytes };
  }
};

const ungzip = async (bytes: Uint8Array): Promise<Decompressed> => {
  try {
    return { bytes: await promisify(gunzip)(bytes) };
  } catch (error) {
    return { damage: `gzip: ${(error as Error).message}` };
  }
};

const unzstd = (bytes: Uint8Array): Decompressed => {
  const pieces: Uint8Array[] = [];
  const zstd = new ZstdDecompressor((piece) => pieces.push(piece.slice()));
  zstd.push(bytes);
  zstd.end();
  if (zstd.problem !== undefined) return { damage: zstd.problem.message };
  return { bytes: Buffer.concat(pieces) };
};
