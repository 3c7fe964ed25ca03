import { closeSync } from 'node:fs';
import type { CaptureVisitor } from '../capture/transcript.ts';
import { openCapture } from './capture-source.ts';
import { type Complaint, isComplaint } from './complaint.ts';
import type { Operator } from './operator.ts';
import { type Pass, readSeekable } from './read-capture.ts';
import { readStream } from './read-stream.ts';

/** One pass over a capture file, opened for it: a compressed one cannot be read back. */
export const readAgain = async (
  file: string,
  visitor: CaptureVisitor,
  { interrupt, progressOf }: Operator,
): Promise<Pass | Complaint> => {
  const source = openCapture(file);
  if (isComplaint(source)) return source;
  const progress = progressOf(file, source.bytes);
  try {
    if (source.kind === 'stream') {
      return await readStream(source, visitor, progress, interrupt, () => undefined);
    }
    const { descriptor, bytes } = source;
    const pass = await readSeekable(descriptor, bytes, visitor, progress, interrupt);
    closeSync(descriptor);
    return pass;
  } finally {
    progress.end();
  }
};
