import { add, after } from '../wire/sequence.ts';
import { Chronograph } from './chronograph.ts';
import type { Connection } from './connection.ts';
import { textRoom } from './departure.ts';
import { output } from './output.ts';
import { sizeGoal } from './segmentation-offload.ts';
import { awaitSpace, hasMemory } from './send-memory.ts';
import { END_OF_RECORD, PUSH, takeWriteQueue, type WriteQueue } from './write-queue.ts';

/**
 * Takes text from the application as long as there is memory for one more buffer, sends what may go
 * meanwhile, and tells how many bytes it took (tcp_sendmsg_locked). `isUrgent`: the last byte is
 * (MSG_OOB); `isMore`: more follows at once (MSG_MORE); `isRecord`: nothing may be joined (MSG_EOR).
 */
export const takeText = (
  c: Connection,
  bytes: Uint8Array,
  offset: number,
  length: number,
  now: number,
  isUrgent: boolean,
  isMore: boolean,
  isRecord: boolean,
): number => {
  const queue = queueOf(c, now);
  const mss = textRoom(c);
  const goal = isUrgent ? mss : sizeGoal(c, mss);
  let taken = 0;
  while (taken < length) {
    const piece = appendPiece(c, queue, bytes, offset + taken, length - taken, goal, taken === 0);
    if (piece === 0) break;
    taken += piece;
    if (taken < length && !isUrgent && queue.openLength(c.sndNxt) >= goal) pushFull(c, queue, now);
  }
  if (taken < length) awaitSpace(c);
  else if (isRecord) queue.markNewest(END_OF_RECORD);
  if (taken === 0) return 0;
  if (isUrgent) markUrgent(c);
  if (taken < length) push(c, queue, false, 'sent', now);
  else push(c, queue, isMore, isMore ? 'held' : 'as set', now);
  return taken;
};

const queueOf = (c: Connection, now: number): WriteQueue => {
  c.writeQueue ??= takeWriteQueue();
  c.chronograph ??= new Chronograph();
  c.chronograph.busy(now);
  return c.writeQueue;
};

/** Into the newest buffer, or into a new one where that is full and there is memory; 0: there is none. */
const appendPiece = (
  c: Connection,
  queue: WriteQueue,
  bytes: Uint8Array,
  offset: number,
  most: number,
  goal: number,
  isFirst: boolean,
): number => {
  let open = queue.openLength(c.sndNxt);
  if (open === 0 || open >= goal) {
    if (!hasMemory(c)) return 0;
    queue.open(c.sndEnd);
    open = 0;
  }
  const piece = Math.min(goal - open, most);
  c.sendBuffer.append(bytes, offset, piece);
  c.sndEnd = add(c.sndEnd, piece);
  queue.extend(c.sndEnd, isFirst);
  return piece;
};

const markUrgent = (c: Connection): void => {
  c.sndUp = c.sndEnd;
  c.urgentToSend = true;
};

/** Half of the peer's window was written without a PSH (forced_push). */
const isPushDue = (c: Connection): boolean => after(c.sndEnd, add(c.pushEnd, c.maxSndWnd >>> 1));

const markPush = (c: Connection, queue: WriteQueue): void => {
  queue.markNewest(PUSH);
  c.pushEnd = c.sndEnd;
};

/** A buffer is full while more is being written. */
const pushFull = (c: Connection, queue: WriteQueue, now: number): void => {
  if (isPushDue(c)) {
    markPush(c, queue);
    output(c, now, 'sent');
  } else if (queue.unsent === 1) output(c, now, 'sent', true);
};

/** At the end of what was taken (tcp_push). */
const push = (
  c: Connection,
  queue: WriteQueue,
  isMore: boolean,
  small: 'as set' | 'held' | 'sent',
  now: number,
): void => {
  if (queue.unsent === 0) return;
  if (!isMore || isPushDue(c)) markPush(c, queue);
  output(c, now, small);
};
