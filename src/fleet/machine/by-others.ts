import { setTimeout } from 'node:timers/promises';
import { type Stage, tasksOf, type Work } from '../plan.ts';
import type { TellProgress } from './alone.ts';
import { JobQueue } from './job-queue.ts';
import { isDone, stageToDo } from './library.ts';
import { connectTo, type OnOutage } from './redis.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

const LOOK_MS = 50;

/**
 * Hands work in at Redis and waits until workers have done it. What is done the store tells, so
 * that a queue that was lost is made again, and nothing of it is done twice. Throws a `RedisError`
 * where there is no Redis to begin with, a `StoreError` with its words where a task failed for good.
 */
export const workByOthers = async (
  store: Store,
  work: Work,
  url: string,
  tell: TellProgress,
  onOutage: OnOutage,
): Promise<void> => {
  if (stageToDo(store, work) === undefined) return;
  const redis = await connectTo(url, onOutage);
  const queue = new JobQueue(store, redis);
  try {
    let before: Stage | undefined;
    for (;;) {
      const stage = stageToDo(store, work, before);
      if (stage === undefined) return;
      const tasks = tasksOf(work, stage);
      tell(stage, tasks.filter((task) => isDone(store, work, task)).length, tasks.length);
      await keepGoing(store, queue, work, stage, stage !== before);
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
  work: Work,
  stage: Stage,
  isNew: boolean,
): Promise<void> => {
  const standing = await queue.standing(work, stage);
  if (standing === 'going') return;
  if (standing === 'failed' && !isNew) {
    const why = await queue.whyFailed(work, stage);
    await queue.forget(work, stage);
    throw new StoreError(why);
  }
  // It may have come to its end since it was looked at.
  if (tasksOf(work, stage).every((task) => isDone(store, work, task))) return;
  if (standing !== 'unknown') await queue.forget(work, stage);
  await queue.handIn(work, stage);
};
