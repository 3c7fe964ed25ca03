import type { Connection } from '../tcp/connection.ts';
import { awaitSpace, isWritable } from '../tcp/send-memory.ts';
import type { Socket } from './socket.ts';

export type PollEvent = 'POLLERR' | 'POLLHUP' | 'POLLIN' | 'POLLNVAL' | 'POLLOUT' | 'POLLRDHUP';

/** What is true of a socket, of what was asked for and of errors (tcp_poll). */
export const readiness = (socket: Socket, asked: readonly PollEvent[]): PollEvent[] => {
  if (socket.phase === 'closed') return ['POLLNVAL'];
  const { listener, connection } = socket;
  const all: PollEvent[] = [];
  if (listener !== undefined) {
    const { isDown } = socket.stack;
    if (listener.accepted.length > 0 || isDown) all.push('POLLIN');
    if (isDown) all.push('POLLERR');
  } else if (connection === undefined) all.push('POLLOUT', 'POLLHUP');
  else addConnection(connection, all);
  return all.filter((event) => event === 'POLLERR' || event === 'POLLHUP' || asked.includes(event));
};

const addConnection = (c: Connection, to: PollEvent[]): void => {
  const { state, receiveShutdown, sendShutdown } = c;
  const isOver = state === 'CLOSED' || state === 'TIME-WAIT';
  const isOpening = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  if (receiveShutdown || (!isOpening && c.receiveBuffer.readable > 0)) to.push('POLLIN');
  if (!isOpening && (sendShutdown || isWritable(c))) to.push('POLLOUT');
  else awaitSpace(c);
  if (receiveShutdown) to.push('POLLRDHUP');
  if (c.error !== undefined) to.push('POLLERR');
  if (isOver || (receiveShutdown && sendShutdown)) to.push('POLLHUP');
};
