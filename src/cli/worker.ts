import { JobQueue, workFor } from '../fleet/machine/job-queue.ts';
import { openStore } from '../fleet/machine/library.ts';
import { connectTo } from '../fleet/machine/redis.ts';
import { Store } from '../fleet/machine/store.ts';
import { RedisError, StoreError } from '../fleet/machine/trouble.ts';
import { fleetWords } from '../fleet/words.ts';
import { INTERRUPTED, WRONG } from './exit-codes.ts';
import { fleetCrew } from './fleet-crew.ts';
import { ALL_ENDS, Interrupt } from './interrupt.ts';
import { tell } from './output.ts';
import { languageOf } from './terminal.ts';

export interface WorkerOptions {
  readonly redis: string;
  readonly store: string;
  readonly threads: number;
}

/** `resetlab worker`: until Ctrl-C, then what was begun is ended; returns the exit code. */
export const worker = async ({ redis: url, store: directory, threads }: WorkerOptions) => {
  const language = languageOf(undefined);
  try {
    const store = new Store(directory);
    openStore(store);
    const redis = await connectTo(url, (what) => tell(fleetWords[what][language]));
    const queue = new JobQueue(store, redis);
    const crew = fleetCrew(store, threads);
    const working = workFor(store, redis, queue, crew, threads);
    await working.waitUntilReady();
    tell(fleetWords.ready[language]);
    await untilInterrupted();
    await working.close();
    await crew.dismiss();
    await queue.close();
    redis.disconnect();
    return INTERRUPTED;
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof RedisError)) throw error;
    tell(error.message);
    return WRONG;
  }
};

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => new Interrupt(ALL_ENDS).wake(resolve));
