import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { noCounts } from '../../capture/problem.ts';
import { isComplaint } from '../../reading/complaint.ts';
import { reasonOf } from '../../reading/errno-words.ts';
import { UNATTENDED } from '../../reading/operator.ts';
import { readAgain } from '../../reading/read-again.ts';
import { problemsIn } from '../../reading/read-capture.ts';
import type { Reading } from './steps.ts';

const capture: Reading['capture'] = async (path, visitor) => {
  const pass = await readAgain(path, visitor, UNATTENDED);
  if (isComplaint(pass)) {
    const message = pass.complaint.replace(`${path}: `, '');
    const problem = { code: 'unreadable', frame: 0, offset: 0, message, fatal: true } as const;
    return { counts: noCounts(), problems: [problem] };
  }
  return { counts: pass.reader.counts, problems: problemsIn(pass) };
};

const PIECE = Buffer.allocUnsafeSlow(1 << 20);

const hash: Reading['hash'] = (path) => {
  try {
    return { hash: hashOf(path) };
  } catch (error) {
    return { message: reasonOf(error as NodeJS.ErrnoException) };
  }
};

const hashOf = (path: string): string => {
  const descriptor = openSync(path, 'r');
  try {
    const sum = createHash('sha256');
    for (;;) {
      const got = readSync(descriptor, PIECE);
      if (got === 0) return sum.digest('hex');
      sum.update(PIECE.subarray(0, got));
    }
  } finally {
    closeSync(descriptor);
  }
};

/** Files of this machine. */
export const CAPTURES: Reading = { capture, hash };
