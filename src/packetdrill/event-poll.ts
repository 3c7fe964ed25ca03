import type { Socket } from '../host/socket.ts';
import { readiness } from '../host/poll.ts';
import { type Reply, type SystemCall, unsupported, value } from './application.ts';
import { fieldOf, integerOf, wordOf, wordsOf } from './expression.ts';
import type { Expression } from './script.ts';

interface Watched {
  readonly fd: number;
  readonly socket: Socket;
  readonly events: readonly string[];
  /** With EPOLLET: how things stood when it was last told. */
  told: string;
}

/** What epoll_create(2) opens: sockets, and what is asked about each. */
export interface EventPoll {
  readonly watched: Watched[];
}

const create: SystemCall = (app, { result }) => {
  const fd = integerOf(result);
  if (fd === undefined) return unsupported('a descriptor that the script does not name');
  app.polls.set(fd, { watched: [] });
  return value(fd);
};

const control: SystemCall = (app, { args }) => {
  const poll = app.polls.get(integerOf(args[0]) ?? -1);
  const fd = integerOf(args[2]) ?? -1;
  const socket = app.sockets.get(fd);
  if (poll === undefined || socket === undefined) return { kind: 'errno', errno: 'EBADF' };
  const at = poll.watched.findIndex((each) => each.fd === fd);
  if (at >= 0) poll.watched.splice(at, 1);
  if (wordOf(args[1]) === 'EPOLL_CTL_DEL') return value(0);
  const events = wordsOf(fieldOf(args[3], 'events'));
  poll.watched.push({ fd, socket, events, told: '' });
  return value(0);
};

/** epoll_wait(fd, {events=…, fd=…}, count, timeout), which looks once. */
const wait: SystemCall = (app, { args }) => {
  const poll = app.polls.get(integerOf(args[0]) ?? -1);
  if (poll === undefined) return { kind: 'errno', errno: 'EBADF' };
  if ((integerOf(args[3]) ?? 0) !== 0) return unsupported('epoll_wait that waits');
  const ready = poll.watched.map((watched) => newsOf(watched)).filter((events) => events !== '');
  return readyReply(ready, args[1]);
};

/** What is true of it; edge-triggered only if that, or what has arrived, is new. */
const newsOf = (watched: Watched): string => {
  const events = eventsOf(watched.socket, watched.events);
  const standing = `${events} ${watched.socket.connection?.rcvNxt ?? 0}`;
  if (watched.events.includes('EPOLLET') && standing === watched.told) return '';
  watched.told = standing;
  return events;
};

const eventsOf = (socket: Socket, asked: readonly string[]): string => {
  const wanted = asked.map((event) => event.replace('EPOLL', 'POLL')) as never[];
  return readiness(socket, wanted)
    .map((event) => `E${event}`)
    .toSorted()
    .join(' | ');
};

const readyReply = (ready: readonly string[], wanted: Expression | undefined): Reply => {
  const expected = wordsOf(fieldOf(wanted, 'events')).toSorted().join(' | ');
  const [actual] = ready;
  if (actual !== undefined && actual !== expected) return { kind: 'differs', expected, actual };
  return value(ready.length);
};

export const EPOLL_CALLS: Record<string, SystemCall> = {
  epoll_create: create,
  epoll_create1: create,
  epoll_ctl: control,
  epoll_wait: wait,
};
