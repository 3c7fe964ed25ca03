import { readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { CaptureReader } from '../capture/reader.ts';
import type { CaptureCounts, Problem } from '../capture/problem.ts';
import type { CaptureVisitor } from '../capture/transcript.ts';
import type { Interruption, Progress } from './operator.ts';

const PIECE = 1 << 20;
/** How long Ctrl-C may have to wait. */
export const YIELD_MS = 40;

/** What one pass over a capture came to. */
export interface Pass {
  readonly reader: { readonly counts: CaptureCounts; readonly problems: readonly Problem[] };
  /** Bytes taken from the file. */
  readonly bytes: number;
  /** What went wrong outside the capture's own format: reading, or decompressing. */
  readonly problem: Problem | undefined;
  readonly interrupted: boolean;
}

/** All that went wrong, the end of the pass last. */
export const problemsIn = ({ reader, problem }: Pass): readonly Problem[] =>
  problem === undefined ? reader.problems : [...reader.problems, problem];

const nothing = (): undefined => undefined;

let piece: Buffer | undefined;

/**
 * Shows every packet of an ordinary file to the visitor. Stops after `limit` bytes, so that a file
 * that still grows looks the same in every pass. `between` is called after each piece.
 */
export const readSeekable = async (
  descriptor: number,
  limit: number,
  visitor: CaptureVisitor,
  progress: Progress,
  interrupt: Interruption | undefined,
  between: () => Promise<void> | undefined = nothing,
): Promise<Pass> => {
  const reader = new CaptureReader(visitor);
  piece ??= Buffer.allocUnsafeSlow(PIECE);
  let bytes = 0;
  let toldBytes = 0;
  let toldPackets = 0;
  let yieldedMs = performance.now();
  while (bytes < limit && !reader.stopped) {
    const got = readPiece(descriptor, piece, Math.min(PIECE, limit - bytes), bytes);
    if (typeof got !== 'number') {
      const problem = unreadable(got, reader.counts.packets, bytes);
      return { reader, bytes, problem, interrupted: false };
    }
    if (got === 0) break;
    reader.push(piece.subarray(0, got));
    bytes += got;
    const full = between();
    if (full !== undefined) await full;
    if (performance.now() - yieldedMs < YIELD_MS) continue;
    progress.advance(bytes - toldBytes, reader.counts.packets - toldPackets);
    toldBytes = bytes;
    toldPackets = reader.counts.packets;
    await setImmediate();
    yieldedMs = performance.now();
    if (interrupt?.asked === true) return { reader, bytes, problem: undefined, interrupted: true };
  }
  reader.end();
  return { reader, bytes, problem: undefined, interrupted: false };
};

/** How many bytes were read, 0 at the end; or what went wrong. */
export const readPiece = (
  descriptor: number,
  into: Buffer,
  length: number,
  position: number,
): number | Error => {
  try {
    return readSync(descriptor, into, 0, length, position);
  } catch (error) {
    return error as Error;
  }
};

/** The file could not be read on: a value with its place, as every trouble of an input is. */
export const unreadable = (error: Error, frame: number, offset: number): Problem => ({
  code: 'unreadable',
  frame,
  offset,
  message: error.message,
  fatal: true,
});
