import { createServer } from 'node:net';
import { kernelQueueOf } from './kernel-queue.ts';
import type { Network } from './network.ts';
import { STRIKES } from './strikes.ts';
import { openUnaccepting } from './unaccepting.ts';

/** Ordinary sockets, by `node:net`. */
export const KERNEL: Network = {
  createServer,
  queueOf: kernelQueueOf,
  strikeOf: ({ cause }) => STRIKES[cause],
  openUnaccepting,
};
