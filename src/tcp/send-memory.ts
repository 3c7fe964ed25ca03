import { distance } from '../wire/sequence.ts';
import { expandSendBuffer } from './buffer-tuning.ts';
import type { Connection } from './connection.ts';
import { giveWriteQueue } from './write-queue.ts';

/** Bytes that count against SO_SNDBUF: text that is not acknowledged, and its buffers (`sk_wmem_queued`). */
const memoryInUse = (c: Connection): number => c.sendBuffer.length + (c.writeQueue?.overhead ?? 0);

/** TCP_NOTSENT_LOWAT in bytes, where it is set, or the sysctl (tcp_notsent_lowat). */
const notSentLowat = (c: Connection): number =>
  c.options.notSentLowat > 0 ? c.options.notSentLowat : c.settings.tcp_notsent_lowat;

/** Whether a new buffer may be begun (sk_stream_memory_free); one that was begun is filled. */
export const hasMemory = (c: Connection): boolean =>
  memoryInUse(c) < c.sendBuffer.capacity && distance(c.sndEnd, c.sndNxt) < notSentLowat(c);

/** Whether a writer is told of room: a third is free, and little is unsent (__sk_stream_is_writeable). */
export const isWritable = (c: Connection): boolean => {
  const inUse = memoryInUse(c);
  return (
    c.sendBuffer.capacity - inUse >= inUse >>> 1 &&
    2 * distance(c.sndEnd, c.sndNxt) < notSentLowat(c)
  );
};

/** A writer waits, or poll(2) told of no room: it is told once there is (SOCK_NOSPACE). */
export const awaitSpace = (c: Connection): void => {
  if (c.writeQueue !== undefined) c.writeQueue.noSpace = true;
};

/** Whether a writer that found no room is to wait on, whatever room there is by now. */
export const isAwaitingSpace = (c: Connection): boolean =>
  c.writeQueue?.noSpace === true && !c.sendShutdown && c.error === undefined;

/** A writer that waits is told if there is enough room for it by now (sk_stream_write_space). */
export const tellOfSpace = (c: Connection, now: number): void => {
  if (c.writeQueue?.noSpace !== true || !isWritable(c)) return;
  c.writeQueue.noSpace = false;
  c.chronograph?.bufferLimits(false, now);
};

/**
 * After a segment was taken and what it allows was sent (tcp_check_space): if a writer waits, the buffer
 * grows with the congestion window, and the writer is told of what is free.
 */
export const checkSpace = (c: Connection, now: number): void => {
  const queue = c.writeQueue;
  if (queue === undefined) return;
  if (queue.noSpace) {
    expandSendBuffer(c);
    tellOfSpace(c, now);
  }
  if (!queue.isEmpty) return;
  c.chronograph?.idle(now);
  c.writeQueue = undefined;
  giveWriteQueue(queue);
};
