import { isDone, stageToDo } from './library.ts';
import type { Crew } from './crew.ts';
import type { Store } from './store.ts';
import { type Stage, tasksOf, type Work } from '../plan.ts';

/** How far the work is: the stage, and how many of its tasks are done. */
export type TellProgress = (stage: Stage, done: number, of: number) => void;

/** Does all of it in this process, by a crew of threads. */
export const workAlone = async (
  store: Store,
  work: Work,
  crew: Crew,
  tell: TellProgress,
): Promise<void> => {
  for (let stage = stageToDo(store, work); stage !== undefined; stage = stageToDo(store, work)) {
    const tasks = tasksOf(work, stage);
    const open = tasks.filter((task) => !isDone(store, work, task));
    let done = tasks.length - open.length;
    const now = stage;
    tell(now, done, tasks.length);
    await Promise.all(
      open.map(async (task) => {
        await crew.run(task);
        tell(now, ++done, tasks.length);
      }),
    );
  }
};
