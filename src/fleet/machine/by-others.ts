import { setTimeout } from 'node:timers/promises';
import { type Plan, type Stage, tasksOf } from '../plan.ts';
import type { TellProgress } from './alone.ts';
import { JobQueue } from './job-queue.ts';
import { isDone, stageToDo } from './library.ts';
import { connectTo, type OnOutage } from './redis.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

const LOOK_MS = 200;

/**
 * Hands a plan in at Redis and waits until workers have done it. What is done the store tells, so
 * that a queue that was lost is made again, and nothing of it is done twice. Throws a `RedisError`
 * where there is no Redis to begin with, a `StoreError` with its words where a task failed for good.
 */
export const workByOthers = async (
  store: Store,
  plan: Plan,
  url: string,
  tell: TellProgress,
  onOutage: OnOutage,
): Promise<void> => {
  if (stageToDo(store, plan) === undefined) return;
  const redis = await connectTo(url, onOutage);
  const queue = new JobQueue(store, redis);
  try {
    let before: Stage | undefined;
    for (;;) {
      const stage = stageToDo(store, plan, before);
      if (stage === undefined) return;
      const tasks = tasksOf(plan, stage);
      tell(stage, tasks.filter((task) => isDone(store, plan, task)).length, tasks.length);
      await keepGoing(store, queue, plan, stage, stage !== before);
      before = stage;
      await setTimeout(LOOK_MS);
    }
  } finally {
    await queue.close();
    redis.disconnect();
  }
};

/** `isNew`: a failure that is met now is of an earlier attempt. */
const keepGoing = async (
  store: Store,
  queue: JobQueue,
  plan: Plan,
  stage: Stage,
  isNew: boolean,
): Promise<void> => {
  const standing = await queue.standing(plan, stage);
  if (standing === 'going') return;
  if (standing === 'failed' && !isNew) {
    const why = await queue.whyFailed(plan, stage);
    await queue.forget(plan, stage);
    throw new StoreError(why);
  }
  // It may have come to its end since it was looked at.
  if (tasksOf(plan, stage).every((task) => isDone(store, plan, task))) return;
  if (standing !== 'unknown') await queue.forget(plan, stage);
  await queue.handIn(plan, stage);
};
