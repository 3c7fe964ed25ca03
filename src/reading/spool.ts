import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openCapture, type CaptureSource } from './capture-source.ts';
import { complain, isComplaint, type Complaint } from './complaint.ts';
import { reasonOf } from './errno-words.ts';
import type { Interruption } from './operator.ts';

/**
 * Does something with a capture that has to be opened more than once. What comes through a pipe is
 * kept meanwhile in a temporary file, which only this user can read; Ctrl-C ends what is kept, and
 * where it did so the file is broken off: its end may lie within a packet.
 */
export const withFileOf = async <Result>(
  file: string,
  interrupt: Interruption,
  use: (source: CaptureSource, isBrokenOff: boolean) => Promise<Result>,
): Promise<Result | Complaint> => {
  const source = openCapture(file);
  if (isComplaint(source)) return source;
  if (source.bytes !== undefined) return use(source, false);
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const path = join(folder, 'capture');
  try {
    const wrong = await keep(source, path, interrupt);
    const kept = wrong ?? openCapture(path);
    return isComplaint(kept) ? kept : await use(kept, interrupt.asked);
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
};

const keep = async (
  { file, descriptor }: CaptureSource,
  path: string,
  interrupt: Interruption,
): Promise<Complaint | undefined> => {
  const abort = new AbortController();
  interrupt.wake(() => abort.abort());
  // Standard input may be a socket, which only its own stream can read without blocking.
  const input = descriptor === 0 ? process.stdin : createReadStream('', { fd: descriptor });
  try {
    await pipeline(input, createWriteStream(path, { mode: 0o600 }), { signal: abort.signal });
    return undefined;
  } catch (error) {
    return interrupt.asked
      ? undefined
      : complain(`${file}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  } finally {
    interrupt.wake(undefined);
  }
};
