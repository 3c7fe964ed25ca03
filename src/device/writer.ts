import { Worker } from 'node:worker_threads';
import type { WritingOrder } from './writing-thread.ts';
import { LaneEntrance } from './writing-lane.ts';

/** Node 20 cannot run TypeScript: from the sources, what was built is started. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/device/writing-thread.js' : './writing-thread.js',
  import.meta.url,
);

/** What is on the lane when the process ends may take so long to leave. */
const LAST_WORDS_MS = 200;

/**
 * A thread that writes packets to a device. The kernel receives a packet within write(2), which takes
 * longer than it takes us to make the next: so both are done at once.
 */
export class Writer {
  private readonly lane: LaneEntrance;
  private readonly thread: Worker;
  private readonly over: Promise<void>;
  private hasFailed = false;

  /**
   * For packets of up to so many bytes. The descriptor, of a device, is the thread's own from here on.
   * `onLoss`: a packet could not be written; why, a read will tell. `onFailure`: there is no thread.
   */
  constructor(
    descriptor: number,
    mostBytes: number,
    onLoss: () => void,
    onFailure: (error: Error) => void,
  ) {
    this.lane = new LaneEntrance(mostBytes);
    const workerData: WritingOrder = { descriptor, lane: this.lane.memory };
    // The options of this process, such as --input-type, are not for it.
    this.thread = new Worker(THREAD, { workerData, execArgv: [] });
    this.thread.on('message', onLoss);
    this.thread.on('error', (error) => {
      this.hasFailed = true;
      onFailure(error);
    });
    this.thread.unref();
    this.over = new Promise((resolve) => void this.thread.once('exit', () => resolve()));
    process.on('exit', this.sayLastWords);
  }

  /** Takes packets by now. */
  get isReady(): boolean {
    return this.lane.isReady;
  }

  /** Everything is written. */
  get isIdle(): boolean {
    return this.lane.isEmpty;
  }

  put(bytes: Uint8Array, offset: number, length: number): void {
    this.lane.put(bytes, offset, length);
  }

  /** Resolves when everything is written and the descriptor is closed. */
  async end(): Promise<void> {
    process.off('exit', this.sayLastWords);
    if (this.hasFailed) return;
    this.thread.ref();
    this.lane.end();
    await this.over;
  }

  private readonly sayLastWords = (): void => this.lane.flush(LAST_WORDS_MS);
}
