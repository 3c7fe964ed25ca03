import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { type Complaint, complain } from '../reading/complaint.ts';
import { reasonOf } from '../reading/errno-words.ts';

/** What people call standard output where a file could stand. */
export const STANDARD_OUTPUT = '-';
/** A pipe that is full is asked again after this many milliseconds. */
const ASK_AGAIN_MS = 2;

/** Where a copy of a capture goes. */
export interface CopyTarget {
  /** Throws what the machine says: ENOSPC, EPIPE, … */
  readonly take: (bytes: Uint8Array) => void;
  readonly keep: () => void;
  readonly discard: () => void;
}

/** Why a copy of this capture cannot go there. */
export const targetRefused = (capture: string, output: string): Complaint | undefined => {
  if (output === STANDARD_OUTPUT) {
    const isTerminal = process.stdout.isTTY;
    return isTerminal
      ? complain('standard output is a terminal: redirect it, or name a file')
      : undefined;
  }
  const [from, to] = [capture, output].map((name) => statSync(name, { throwIfNoEntry: false }));
  const isSame = from !== undefined && from.ino === to?.ino && from.dev === to.dev;
  return isSame ? complain(`${output}: is the capture itself; name another file`) : undefined;
};

/** A file is written beside its place and moved there when it is whole: half a copy never looks like one. */
export const openTarget = (output: string): CopyTarget | Complaint => {
  if (output === STANDARD_OUTPUT) return { take: writerTo(1), keep: nothing, discard: nothing };
  const status = statSync(output, { throwIfNoEntry: false });
  const isFile = status === undefined || status.isFile();
  const part = isFile ? `${output}.part` : output;
  try {
    const descriptor = openSync(part, 'w');
    const finish = (then: () => void) => (): void => {
      closeSync(descriptor);
      if (isFile) then();
    };
    return {
      take: writerTo(descriptor),
      keep: finish(() => renameSync(part, output)),
      discard: finish(() => rmSync(part)),
    };
  } catch (error) {
    return complain(`${output}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
};

const nothing = (): void => {};

const writerTo =
  (descriptor: number) =>
  (bytes: Uint8Array): void => {
    let at = 0;
    while (at < bytes.length) at += written(descriptor, bytes, at);
  };

/** How many bytes were taken: none, if it is a pipe that is full. */
const written = (descriptor: number, bytes: Uint8Array, at: number): number => {
  try {
    return writeSync(descriptor, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ASK_AGAIN_MS);
    return 0;
  }
};
