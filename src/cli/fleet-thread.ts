import { parentPort, workerData } from 'node:worker_threads';
import type { Reply } from '../fleet/machine/crew.ts';
import { type ReadCapture, runTask } from '../fleet/machine/steps.ts';
import { Store } from '../fleet/machine/store.ts';
import { StoreError } from '../fleet/machine/trouble.ts';
import type { Task } from '../fleet/plan.ts';
import { noCounts } from '../capture/problem.ts';
import { isComplaint } from '../reading/complaint.ts';
import { UNATTENDED } from '../reading/operator.ts';
import { readAgain } from '../reading/read-again.ts';
import { problemsIn } from '../reading/read-capture.ts';

/** Does the tasks of a fleet's plans, one at a time, in a thread that nobody else needs. */

const store = new Store(workerData as string);

const read: ReadCapture = async (path, visitor) => {
  const pass = await readAgain(path, visitor, UNATTENDED);
  if (isComplaint(pass)) {
    const message = pass.complaint.replace(`${path}: `, '');
    const problem = { code: 'unreadable', frame: 0, offset: 0, message, fatal: true } as const;
    return { counts: noCounts(), problems: [problem] };
  }
  return { counts: pass.reader.counts, problems: problemsIn(pass) };
};

const reply = async (task: Task): Promise<Reply> => {
  try {
    await runTask(store, read, task);
    return { done: true };
  } catch (error) {
    if (error instanceof StoreError) return { refused: error.message };
    throw error;
  }
};

parentPort!.on('message', (task: Task) => {
  void reply(task).then((answer) => parentPort!.postMessage(answer));
});
