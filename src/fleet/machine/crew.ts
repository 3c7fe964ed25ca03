import { Worker } from 'node:worker_threads';
import type { Task } from '../plan.ts';
import { StoreError } from './trouble.ts';

const THREAD = new URL('./task-thread.js', import.meta.url);
const NO_MEMORY = 'a task wants more memory than there is; see node --max-old-space-size';

/** What a task makes lives until its end: room for more of it saves a seventh of the time. */
const LIMITS = { maxYoungGenerationSizeMb: 192 };

/** What a thread answers to a task. */
export type Reply = { readonly done: true } | { readonly refused: string };

interface Waiting {
  readonly task: Task;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Threads that do tasks, so that this one is free for whoever must be answered in time. A task that
 * the store refused, or that wants more memory than there is, rejects with a `StoreError`; a thread
 * that died otherwise with its error. Another takes its place.
 */
export class Crew {
  readonly #directory: string;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #queue: Waiting[] = [];
  #missing: number;

  /** For the store in the directory; so many threads at most. */
  constructor(directory: string, threads: number) {
    this.#directory = directory;
    this.#missing = threads;
  }

  run(task: Task): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  async dismiss(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((thread) => thread.terminate()));
  }

  #next(): void {
    const waiting = this.#queue[0];
    if (waiting === undefined) return;
    const thread = this.#idle.pop() ?? this.#hire();
    if (thread === undefined) return;
    this.#queue.shift();
    this.#busy.set(thread, waiting);
    thread.ref();
    thread.postMessage(waiting.task);
  }

  #hire(): Worker | undefined {
    if (this.#missing === 0) return undefined;
    this.#missing--;
    const thread = new Worker(THREAD, { workerData: this.#directory, resourceLimits: LIMITS });
    thread.on('message', (reply: Reply) => {
      const waiting = this.#end(thread);
      this.#idle.push(thread);
      thread.unref();
      if ('done' in reply) waiting?.resolve();
      else waiting?.reject(new StoreError(reply.refused));
      this.#next();
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      this.#missing++;
      const isSpent = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#end(thread)?.reject(isSpent ? new StoreError(NO_MEMORY) : error);
      this.#next();
    });
    return thread;
  }

  #end(thread: Worker): Waiting | undefined {
    const waiting = this.#busy.get(thread);
    this.#busy.delete(thread);
    return waiting;
  }
}
