import { ZstdDecompressor } from '../../../capture/decompress.ts';
import { type Compression, sniffCompression } from '../../../capture/magic.ts';
import type { CaptureCounts, Problem } from '../../../capture/problem.ts';
import { CaptureReader } from '../../../capture/reader.ts';
import type { CaptureVisitor } from '../../../capture/transcript.ts';
import { piecesOf, type CaptureFile } from './pieces.ts';

/** What one pass over a capture came to. */
export interface Pass {
  readonly counts: CaptureCounts;
  readonly problems: readonly Problem[];
}

/** Told after each piece: bytes of the file so far, as it lies there, and packets. */
export type OnPiece = (bytes: number, packets: number) => void;

const SNIFF = 4;

export const compressionOf = async (file: CaptureFile): Promise<Compression> =>
  sniffCompression(new Uint8Array(await file.slice(0, SNIFF).arrayBuffer()));

/** Shows every packet of a file to the visitor, decompressed where need be. Trouble is a value. */
export const readFile = async (
  file: CaptureFile,
  compression: Compression,
  visitor: CaptureVisitor,
  onPiece: OnPiece,
): Promise<Pass> => {
  const reader = new CaptureReader(visitor);
  const problem = await READERS[compression](file, reader, onPiece);
  if (problem === undefined) reader.end();
  const { counts, problems } = reader;
  return { counts, problems: problem === undefined ? problems : [...problems, problem] };
};

type Reading = (
  file: CaptureFile,
  reader: CaptureReader,
  onPiece: OnPiece,
) => Promise<Problem | undefined>;

const readPlain: Reading = async (file, reader, onPiece) => {
  let bytes = 0;
  try {
    for await (const piece of piecesOf(file)) {
      reader.push(piece);
      bytes += piece.length;
      onPiece(bytes, reader.counts.packets);
      if (reader.stopped) break;
    }
    return undefined;
  } catch (error) {
    return unreadable(error, reader, bytes);
  }
};

const readZstd: Reading = async (file, reader, onPiece) => {
  const zstd = new ZstdDecompressor((chunk) => reader.push(chunk));
  let bytes = 0;
  try {
    for await (const piece of piecesOf(file)) {
      zstd.push(piece);
      bytes += piece.length;
      onPiece(bytes, reader.counts.packets);
      if (reader.stopped || zstd.problem !== undefined) break;
    }
  } catch (error) {
    return unreadable(error, reader, bytes);
  }
  zstd.end();
  return zstd.problem && { ...zstd.problem, frame: reader.counts.packets };
};

/** By the browser's own decoder, which reads one gzip member. */
const readGzip: Reading = async (file, reader, onPiece) => {
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const unpacked = file
    .slice(0, file.size)
    .stream()
    .pipeThrough(counted)
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader();
  try {
    for (;;) {
      const { done, value } = await unpacked.read();
      if (done || reader.stopped) return undefined;
      reader.push(value);
      onPiece(bytes, reader.counts.packets);
    }
  } catch (error) {
    return {
      ...unreadable(error, reader, bytes),
      code: 'bad-compression',
      message: `gzip: ${(error as Error).message}`,
    };
  }
};

const READERS: Readonly<Record<Compression, Reading>> = {
  none: readPlain,
  gzip: readGzip,
  zstd: readZstd,
};

const unreadable = (error: unknown, reader: CaptureReader, offset: number): Problem => ({
  code: 'unreadable',
  frame: reader.counts.packets,
  offset,
  message: (error as Error).message,
  fatal: true,
});
