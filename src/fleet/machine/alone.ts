import { isDone, stageToDo } from './library.ts';
import type { Crew } from './crew.ts';
import type { Store } from './store.ts';
import { type Plan, type Stage, tasksOf } from '../plan.ts';

/** How far the work is: the stage, and how many of its tasks are done. */
export type TellProgress = (stage: Stage, done: number, of: number) => void;

/** Does all of a plan in this process, by a crew of threads. */
export const workAlone = async (
  store: Store,
  plan: Plan,
  crew: Crew,
  tell: TellProgress,
): Promise<void> => {
  for (let stage = stageToDo(store, plan); stage !== undefined; stage = stageToDo(store, plan)) {
    const tasks = tasksOf(plan, stage);
    const open = tasks.filter((task) => !isDone(store, plan, task));
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
