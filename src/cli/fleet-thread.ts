import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply } from '../fleet/machine/crew.ts';
import { type Reading, TaskRunner } from '../fleet/machine/steps.ts';
import { Store } from '../fleet/machine/store.ts';
import { StoreError } from '../fleet/machine/trouble.ts';
import type { Task } from '../fleet/plan.ts';
import { noCounts } from '../capture/problem.ts';
import { reasonOf } from './capture-source.ts';
import { isComplaint } from './complaint.ts';
import { Interrupt } from './interrupt.ts';
import { readAgain } from './read-again.ts';

/** Does the tasks of a fleet's plans, one at a time, in a thread that nobody else needs. */

const store = new Store(workerData as string);
const interrupt = new Interrupt();

const capture: Reading['capture'] = async (path, visitor) => {
  const pass = await readAgain(path, visitor, interrupt);
  if (isComplaint(pass)) {
    const message = pass.complaint.replace(`${path}: `, '');
    const problem = { code: 'unreadable', frame: 0, offset: 0, message, fatal: true } as const;
    return { counts: noCounts(), problems: [problem] };
  }
  const { reader, problem } = pass;
  const problems = problem === undefined ? reader.problems : [...reader.problems, problem];
  return { counts: reader.counts, problems };
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

const runner = new TaskRunner(store, { capture, hash });

const reply = async (task: Task): Promise<Reply> => {
  try {
    await runner.run(task);
    return { done: true };
  } catch (error) {
    if (error instanceof StoreError) return { refused: error.message };
    throw error;
  }
};

parentPort!.on('message', (task: Task) => {
  void reply(task).then((answer) => parentPort!.postMessage(answer));
});
