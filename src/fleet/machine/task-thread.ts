import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from '../plan.ts';
import { CAPTURES } from './captures.ts';
import type { Reply } from './crew.ts';
import { TaskRunner } from './steps.ts';
import { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/** Does the tasks of a fleet's plans, one at a time, in a thread that nobody else needs. */

const runner = new TaskRunner(new Store(workerData as string), CAPTURES);

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
