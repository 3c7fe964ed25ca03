import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { sniffCompression } from '../capture/magic.ts';
import { complain, type Complaint } from './complaint.ts';
import { reasonOf } from './errno-words.ts';

/** A capture as it can be read: any number of times from its beginning, or once as it comes. */
export type CaptureSource =
  | {
      readonly kind: 'seekable';
      readonly file: string;
      readonly descriptor: number;
      readonly bytes: number;
    }
  | {
      readonly kind: 'stream';
      readonly file: string;
      readonly descriptor: number;
      /** Of the file as it lies there, compressed or not; undefined for a pipe. */
      readonly bytes: number | undefined;
    };

/** What people call a capture that comes on standard input. */
export const STANDARD_INPUT = '-';

/** Opens a capture; `-` is standard input. */
export const openCapture = (file: string): CaptureSource | Complaint => {
  if (file === STANDARD_INPUT) {
    return process.stdin.isTTY
      ? complain('standard input is a terminal: pipe a capture into it, or name a file')
      : { kind: 'stream', file, descriptor: 0, bytes: undefined };
  }
  try {
    return opened(file, openSync(file, constants.O_RDONLY));
  } catch (error) {
    return complain(`${file}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
};

/** Only an uncompressed, ordinary file can be read twice. */
const opened = (file: string, descriptor: number): CaptureSource | Complaint => {
  const status = fstatSync(descriptor);
  if (status.isDirectory()) {
    closeSync(descriptor);
    return complain(`${file}: is a directory; name the captures in it`);
  }
  if (!status.isFile()) return { kind: 'stream', file, descriptor, bytes: undefined };
  const start = Buffer.alloc(16);
  const got = readSync(descriptor, start, 0, start.length, 0);
  const kind = sniffCompression(start.subarray(0, got)) === 'none' ? 'seekable' : 'stream';
  return { kind, file, descriptor, bytes: status.size };
};
