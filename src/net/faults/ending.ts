import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { Network, PeerSocket, Queue } from './network.ts';

/** Between looks at a queue. */
const LOOK_MS = 2;
/**
 * After the last byte was acknowledged and before a reset: the client must have read it, since a
 * reset overtakes what waits (libuv, for one, takes data and reset at once for an end of file).
 */
const SETTLE_MS = 20;
/** Longest wait for an acknowledgment; a client that does not read must not hold it up for ever. */
const PATIENCE_MS = 1000;

/** close() with SO_LINGER 0. Not while a shutdown is under way: libuv refuses that with EINVAL. */
export const reset = (socket: PeerSocket): void => {
  if (socket.destroyed) return;
  const isShuttingDown = socket.writableEnded && !socket.writableFinished;
  if (isShuttingDown) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
};

/** As a connection that broke: with a reset if it can say so. */
export const breakOff = (stream: Duplex): void => {
  if ('resetAndDestroy' in stream) reset(stream as PeerSocket);
  else stream.destroy();
};

/**
 * From within its `data` event: nothing more is taken from TCP. pause() alone would still take the next
 * piece, since a stream reads ahead until its buffer is full; so it is filled.
 */
export const stopReading = (socket: Duplex): void => {
  socket.pause();
  socket.unshift(Buffer.alloc(socket.readableHighWaterMark));
};

/** Waits until the client has all that was written to it. */
export const delivered = async (network: Network, socket: PeerSocket): Promise<void> => {
  await until(socket, PATIENCE_MS, () => {
    if (socket.writableLength > 0) return false;
    const queue = network.queueOf(socket);
    return !isKnown(queue) || queue.unsent === 0;
  });
  await settle();
};

/** Waits for bytes that nobody reads. False: the peer went away instead, or the time is up. */
export const unread = async (
  network: Network,
  socket: PeerSocket,
  withinMs = Number.POSITIVE_INFINITY,
): Promise<boolean> => {
  let isThere = false;
  await until(socket, withinMs, () => {
    const queue = network.queueOf(socket);
    isThere = isKnown(queue) && queue.unread > 0;
    return isThere || !isKnown(queue) || queue.peerClosed;
  });
  if (network.queueOf(socket) !== 'unknown') return isThere;
  await settle();
  return !socket.destroyed;
};

/** Waits until all that came is read by somebody, so that a close() is a FIN. */
export const drained = async (network: Network, socket: PeerSocket): Promise<void> => {
  await until(socket, PATIENCE_MS, () => {
    const queue = network.queueOf(socket);
    return !isKnown(queue) || queue.unread === 0;
  });
};

const until = async (socket: Duplex, withinMs: number, isSo: () => boolean): Promise<void> => {
  for (let leftMs = withinMs; !socket.destroyed && !isSo() && leftMs > 0; leftMs -= LOOK_MS) {
    await sleep(LOOK_MS);
  }
};

/** In pieces: after a standstill of this process, a client within it has its turns before the reset. */
const settle = async (): Promise<void> => {
  for (let leftMs = SETTLE_MS; leftMs > 0; leftMs -= LOOK_MS) await sleep(LOOK_MS);
};

const isKnown = (queue: Queue | 'gone' | 'unknown'): queue is Queue => typeof queue === 'object';
