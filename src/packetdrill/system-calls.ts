import { Socket } from '../host/socket.ts';
import { parseAddress } from '../wire/ip-address.ts';
import {
  type Application,
  plainly,
  PORT,
  type Reply,
  type Started,
  type SystemCall,
  unsupported,
  value,
} from './application.ts';
import { EPOLL_CALLS } from './event-poll.ts';
import { fieldOf, integerOf, textOf, wordOf, wordsOf } from './expression.ts';
import { OPTION_CALLS } from './option-calls.ts';
import type { CallAction, Expression } from './script.ts';
import { TRANSFER_CALLS } from './transfer-calls.ts';

/** socket(domain, type, protocol): the domain of the script's addresses where it says `...`. */
const socket: SystemCall = (app, { args, result }) => {
  const [domain, type] = args;
  if (wordsOf(type)[0] !== 'SOCK_STREAM') return unsupported('sockets that are not SOCK_STREAM');
  const family = wordOf(domain) ?? (app.configuration.ipVersion === 6 ? 'AF_INET6' : 'AF_INET');
  if (family !== 'AF_INET' && family !== 'AF_INET6') return unsupported(`sockets of ${family}`);
  const opened = app.process.socket(family === 'AF_INET6' ? 'inet6' : 'inet');
  opened.nonBlocking = wordsOf(type).includes('SOCK_NONBLOCK');
  app.role = 'socket';
  return adopt(app, opened, result);
};

/** Gives the socket the file descriptor that the script expects. */
const adopt = (app: Application, opened: Socket, result: Expression): Reply => {
  const fd = integerOf(result);
  if (fd === undefined || fd < 0) return unsupported('a descriptor that the script does not name');
  app.sockets.set(fd, opened);
  app.underTest = opened;
  return value(fd);
};

/** A call whose first argument is a socket. */
const onSocket =
  (act: (app: Application, opened: Socket, call: CallAction) => Reply | Started): SystemCall =>
  (app, call) => {
    const opened = app.sockets.get(integerOf(call.args[0]) ?? -1);
    return opened === undefined ? { kind: 'errno', errno: 'EBADF' } : act(app, opened, call);
  };

const bind = onSocket((app, opened, { args }) => {
  const { address, port } = addressIn(args[1]);
  const local = parseAddress(address ?? '') ?? app.configuration.local;
  return plainly(opened.bind({ address: local, port: port ?? PORT }));
});

const connect = onSocket((app, opened, { args }) => {
  const { family, address, port } = addressIn(args[1]);
  if (family === 'AF_UNSPEC') return plainly(opened.disconnect());
  const remote = parseAddress(address ?? '') ?? app.configuration.remote;
  app.role = 'connecting';
  app.underTest = opened;
  return plainly(opened.connect({ address: remote, port: port ?? PORT }));
});

const addressIn = (
  expression: Expression | undefined,
): { family?: string; address?: string; port?: number } => {
  const family = wordOf(fieldOf(expression, 'sa_family'));
  const address =
    textOf(fieldOf(expression, 'sin_addr')) ?? textOf(fieldOf(expression, 'sin6_addr'));
  const port = integerOf(fieldOf(expression, 'sin_port') ?? fieldOf(expression, 'sin6_port'));
  return {
    ...(family === undefined ? {} : { family }),
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
  };
};

const listen = onSocket((app, opened, { args }) => {
  app.role = 'listener';
  return plainly(opened.listen(integerOf(args[1]) ?? 0));
});

const accept = onSocket((app, opened, { result, args }) => ({
  call: opened.accept(),
  reply: (accepted) => {
    if (!(accepted instanceof Socket)) throw new Error('accept gave no socket');
    accepted.nonBlocking = wordsOf(args[3]).includes('SOCK_NONBLOCK');
    return adopt(app, accepted, result);
  },
}));

const SHUTDOWNS: Record<string, 'read' | 'write' | 'both'> = {
  SHUT_RD: 'read',
  SHUT_WR: 'write',
  SHUT_RDWR: 'both',
};

const shutdown = onSocket((_, opened, { args }) => {
  const how = SHUTDOWNS[wordOf(args[1]) ?? ''];
  return how === undefined ? unsupported('this way of shutdown') : plainly(opened.shutdown(how));
});

const close: SystemCall = (app, { args }) => {
  const fd = integerOf(args[0]) ?? -1;
  if (app.polls.delete(fd)) return value(0);
  const opened = app.sockets.get(fd);
  if (opened === undefined) return { kind: 'errno', errno: 'EBADF' };
  app.sockets.delete(fd);
  return plainly(opened.close());
};

const fcntl = onSocket((_, opened, { args }) => {
  const command = wordOf(args[1]);
  if (command === 'F_GETFL') return value(2 | (opened.nonBlocking ? 0x800 : 0));
  if (command !== 'F_SETFL') return unsupported('this command of fcntl');
  opened.nonBlocking = wordsOf(args[2]).includes('O_NONBLOCK');
  return value(0);
});

const ioctl = onSocket((_, opened, { args }) => {
  const c = opened.connection;
  const what = wordOf(args[1]) ?? '';
  const wanted = args[2]?.kind === 'list' ? args[2].items[0] : args[2];
  if (what !== 'SIOCINQ' && what !== 'FIONREAD' && what !== 'SIOCOUTQ') {
    return unsupported(`ioctl ${what}`);
  }
  const found =
    c === undefined ? 0 : what === 'SIOCOUTQ' ? c.sendBuffer.length : c.receiveBuffer.readable;
  if (integerOf(wanted) === found) return value(0);
  return { kind: 'differs', expected: String(integerOf(wanted)), actual: String(found) };
});

const poll: SystemCall = (app, { args }) => {
  const [asked, , timeout] = args;
  const entries = asked?.kind === 'list' ? asked.items : [];
  const polled = [];
  for (const entry of entries) {
    const opened = app.sockets.get(integerOf(fieldOf(entry, 'fd')) ?? -1);
    if (opened === undefined) return unsupported('poll of what is no socket');
    polled.push({ socket: opened, events: wordsOf(fieldOf(entry, 'events')) as never[] });
  }
  const patience = integerOf(timeout) ?? 0;
  return {
    call: app.process.poll(polled, patience < 0 ? Number.POSITIVE_INFINITY : patience),
    reply: (found) => pollReply(found as string[][], entries),
  };
};

const pollReply = (found: readonly string[][], entries: readonly Expression[]): Reply => {
  for (const [at, entry] of entries.entries()) {
    const wanted = wordsOf(fieldOf(entry, 'revents')).toSorted().join(' | ');
    const actual = found[at].toSorted().join(' | ');
    if (wanted !== actual) return { kind: 'differs', expected: wanted, actual };
  }
  return value(found.filter((events) => events.length > 0).length);
};

const CALLS: Record<string, SystemCall> = {
  socket,
  bind,
  connect,
  listen,
  accept,
  accept4: accept,
  shutdown,
  close,
  fcntl,
  ioctl,
  poll,
  ...TRANSFER_CALLS,
  ...OPTION_CALLS,
  ...EPOLL_CALLS,
};

/** Makes the call that the script asks for. */
export const makeCall = (app: Application, call: CallAction): Reply | Started => {
  const make = CALLS[call.name];
  return make === undefined ? unsupported(`${call.name}()`) : make(app, call);
};
