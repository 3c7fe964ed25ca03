import { parentPort, workerData } from 'node:worker_threads';
import { loadLibc } from '../live/libc.ts';
import { LaneExit } from './writing-lane.ts';

/** What a writing thread is given: a descriptor of its own, which it closes at the end. */
export interface WritingOrder {
  readonly descriptor: number;
  readonly lane: SharedArrayBuffer;
}

const { descriptor, lane } = workerData as WritingOrder;
const libc = await loadLibc();
if (typeof libc === 'string') throw new Error(libc);

let isTold = false;
new LaneExit(lane).takeAll((bytes, length) => {
  const isWritten = libc.write(descriptor, bytes, length) >= 0;
  // The first of several in a row: whoever is told reads, and hears what is the matter.
  if (!isWritten && !isTold) parentPort?.postMessage('a packet was lost');
  isTold = !isWritten;
});
libc.close(descriptor);
