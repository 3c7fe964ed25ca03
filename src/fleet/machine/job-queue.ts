import { FlowProducer, type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  isReception,
  type Stage,
  stageAfter,
  type Task,
  taskIn,
  tasksOf,
  type Work,
} from '../plan.ts';
import { keyOf } from './arrival.ts';
import { isDone, storeId, workOf } from './library.ts';
import type { Crew } from './crew.ts';
import type { Store } from './store.ts';

const PREFIX = 'resetlab';
/** Jobs that are over stay known for so long, so that one that is asked for again is not begun anew. */
const KEPT_SECONDS = 86_400;
const ATTEMPTS = 3;
const BETWEEN_ATTEMPTS_MS = 1000;
/** A worker that has not said for so long that it lives has lost its task. */
const LOCK_MS = 10_000;
/** How often others look for tasks that were lost, and how often one may be. */
const LOOK_MS = 5000;
const MOST_LOST = 20;

/** The one that closes a stage comes after all its tasks, and calls the next stage in. */
interface Closing {
  readonly closes: true;
  readonly work: string;
  readonly stage: Stage;
}

/** Every store has a queue of its own. */
const queueOf = (store: Store): string => `fleet-${storeId(store)}`;

const closingId = (work: string, stage: Stage): string => `${work}-${stage}`;

/** By what a task reads: a file as it came, a content, a part. */
const taskId = (work: Work, { stage, index }: Task): string => {
  if (isReception(work)) return `${work.id}-${stage}-${keyOf(work.arrivals[index])}`;
  return `${work.id}-${stage}-${stage === 'select' ? work.inputs[index].hash : index}`;
};

/** The queue as who hands work in and who calls the next stage see it. */
export class JobQueue {
  readonly #store: Store;
  readonly #name: string;
  readonly #queue: Queue;
  readonly #flows: FlowProducer;

  constructor(store: Store, redis: Redis) {
    this.#store = store;
    this.#name = queueOf(store);
    const options = { connection: redis, prefix: PREFIX };
    this.#queue = new Queue(this.#name, options);
    this.#flows = new FlowProducer(options);
    // The connection itself tells when Redis goes away.
    this.#queue.on('error', ignored);
    this.#flows.on('error', ignored);
  }

  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#flows.close()]);
  }

  /** Hands in what a stage lacks. What is there already stays as it is, as jobs go by their ids. */
  async handIn(work: Work, stage: Stage): Promise<void> {
    const kept = {
      removeOnComplete: { age: KEPT_SECONDS },
      removeOnFail: { age: KEPT_SECONDS },
    };
    const open = tasksOf(work, stage).filter((task) => !isDone(this.#store, work, task));
    const closing: Closing = { closes: true, work: work.id, stage };
    await this.#flows.add({
      name: `end of ${stage}`,
      queueName: this.#name,
      data: closing,
      opts: { ...kept, jobId: closingId(work.id, stage) },
      children: open.map((task) => ({
        name: stage,
        queueName: this.#name,
        data: task,
        opts: {
          ...kept,
          jobId: taskId(work, task),
          attempts: ATTEMPTS,
          backoff: { type: 'fixed', delay: BETWEEN_ATTEMPTS_MS },
          failParentOnFailure: true,
        },
      })),
    });
  }

  /** How a stage stands: nobody knows of it, it is under way, it failed, or it is over. */
  async standing(work: Work, stage: Stage): Promise<'unknown' | 'going' | 'failed' | 'over'> {
    const state = await this.#queue.getJobState(closingId(work.id, stage));
    if (state === 'failed' || state === 'unknown') return state;
    return state === 'completed' ? 'over' : 'going';
  }

  /** Why a stage failed, in the words of its first task that did. */
  async whyFailed(work: Work, stage: Stage): Promise<string> {
    for (const task of tasksOf(work, stage)) {
      const job = await this.#queue.getJob(taskId(work, task));
      if (job !== undefined && (await job.isFailed())) return job.failedReason;
    }
    const closing = await this.#queue.getJob(closingId(work.id, stage));
    return closing?.failedReason ?? 'a task failed';
  }

  /** Forgets a stage that is over or failed, so that it can be handed in again. */
  async forget(work: Work, stage: Stage): Promise<void> {
    await this.#queue.remove(closingId(work.id, stage), { removeChildren: true });
    for (const task of tasksOf(work, stage)) await this.#queue.remove(taskId(work, task));
  }

  /** The next stage is called in by whoever closes one, so that nobody need wait for it. */
  async callNext({ work: id, stage }: Closing): Promise<void> {
    const work = workOf(this.#store, id);
    const next = stageAfter(work, stage);
    if (next !== undefined) await this.handIn(work, next);
  }
}

/** Takes tasks from the queue, as many at a time as the crew has threads. */
export const workFor = (
  store: Store,
  redis: Redis,
  queue: JobQueue,
  crew: Crew,
  threads: number,
): Worker => {
  const worker = new Worker(queueOf(store), (job) => process(job, queue, crew), {
    connection: redis,
    prefix: PREFIX,
    concurrency: threads,
    lockDuration: LOCK_MS,
    stalledInterval: LOOK_MS,
    maxStalledCount: MOST_LOST,
  });
  worker.on('error', ignored);
  return worker;
};

const process = async ({ data }: Job, queue: JobQueue, crew: Crew): Promise<void> => {
  const { closes, work, stage } = (data ?? {}) as Partial<Closing>;
  const task = taskIn(closes === true ? { work, stage, index: 0 } : data);
  if (task === undefined) throw new UnrecoverableError('no task of resetlab');
  if (closes === true) await queue.callNext({ closes, work: task.work, stage: task.stage });
  else await crew.run(task);
};

const ignored = (): void => {};
