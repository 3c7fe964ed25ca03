import { NUMERIC_OPTIONS, type NumericOption } from '../host/socket-options.ts';
import type { Socket } from '../host/socket.ts';
import { newCongestionControl } from '../tcp/congestion/algorithms.ts';
import {
  type Application,
  plainly,
  type Reply,
  type Started,
  type SystemCall,
  unsupported,
  value,
} from './application.ts';
import { expressionText, fieldOf, integerOf, onlyItemOf, textOf, wordOf } from './expression.ts';
import type { Profile } from './profile.ts';
import type { Expression } from './script.ts';

/** setsockopt(fd, level, name, [value], length). */
const setsockopt: SystemCall = (app, { args }) => {
  const socket = app.sockets.get(integerOf(args[0]) ?? -1);
  if (socket === undefined) return { kind: 'errno', errno: 'EBADF' };
  const name = wordOf(args[2]) ?? '';
  const wanted = onlyItemOf(args[3]);
  if (name === 'SO_LINGER') return setLinger(socket, wanted);
  if (name === 'TCP_CONGESTION') return setCongestionControl(app, socket, textOf(wanted));
  if (INERT.has(name)) return value(0);
  const number = integerOf(wanted);
  if (name === 'IP_TOS' && number !== undefined) {
    app.tos = number;
    return value(0);
  }
  if (!isNumeric(name) || number === undefined) return unsupported(`socket option ${name}`);
  return plainly(socket.setsockopt(name, number));
};

/** What changes nothing that a script could see. */
const INERT = new Set([
  'TCP_INQ',
  'SO_PRIORITY',
  'SO_REUSEPORT',
  'SO_MAX_PACING_RATE',
  'SO_ZEROCOPY',
  'IP_MTU_DISCOVER',
]);

const isNumeric = (name: string): name is NumericOption => Object.hasOwn(NUMERIC_OPTIONS, name);

const setLinger = (socket: Socket, wanted: Expression | undefined): Reply | Started => {
  const onoff = integerOf(fieldOf(wanted, 'onoff'));
  const seconds = integerOf(fieldOf(wanted, 'linger'));
  if (onoff === undefined || seconds === undefined) return unsupported('this value of SO_LINGER');
  return plainly(socket.setsockopt('SO_LINGER', { onoff: onoff !== 0, seconds }));
};

/** The host has it as a sysctl, read as a connection begins; scripts have one connection. */
const setCongestionControl = (
  app: Application,
  socket: Socket,
  name: string | undefined,
): Reply => {
  if (name !== 'cubic' && name !== 'reno') return unsupported(`TCP_CONGESTION ${name ?? ''}`);
  app.host.settings.tcp_congestion_control = name;
  if (socket.connection !== undefined) socket.connection.congestion = newCongestionControl(name);
  return value(0);
};

/** getsockopt(fd, level, name, [value], [length]). */
const getsockopt: SystemCall = (app, { args }) => {
  const socket = app.sockets.get(integerOf(args[0]) ?? -1);
  if (socket === undefined) return { kind: 'errno', errno: 'EBADF' };
  const name = wordOf(args[2]) ?? '';
  const wanted = onlyItemOf(args[3]);
  if (name === 'SO_ERROR') {
    const found = (errno: unknown): string => errnoShown(app.profile, socket, String(errno));
    return { call: socket.getsockopt(name), reply: (errno) => compared(wanted, found(errno)) };
  }
  if (name === 'SO_LINGER') {
    const reply = (found: unknown): Reply => compareLinger(wanted, found);
    return { call: socket.getsockopt(name), reply };
  }
  if (!isNumeric(name)) return unsupported(`socket option ${name}`);
  return { call: socket.getsockopt(name), reply: (found) => compared(wanted, String(found)) };
};

/**
 * A reset in SYN-RECEIVED is a connection reset to Linux and a connection refused to FreeBSD; one in
 * CLOSE-WAIT a broken pipe (tcp_reset) and a connection reset.
 */
const errnoShown = (profile: Profile, { connection }: Socket, errno: string): string => {
  const event = connection?.endedBy;
  if (profile === 'linux' || event?.kind !== 'received' || errno === '0') return errno;
  if (event.state === 'SYN-RECEIVED') return 'ECONNREFUSED';
  return event.state === 'CLOSE-WAIT' ? 'ECONNRESET' : errno;
};

/** `[...]` takes whatever there is. */
const compared = (wanted: Expression | undefined, actual: string): Reply => {
  if (wanted === undefined || wanted.kind === 'any') return value(0);
  const expected = expressionText(wanted);
  return expected === actual ? value(0) : { kind: 'differs', expected, actual };
};

const compareLinger = (wanted: Expression | undefined, found: unknown): Reply => {
  const { onoff, seconds } = found as { onoff: boolean; seconds: number };
  const actual = `{onoff=${Number(onoff)}, linger=${seconds}}`;
  const expected = wanted === undefined ? '' : expressionText(wanted);
  return expected === actual ? value(0) : { kind: 'differs', expected, actual };
};

export const OPTION_CALLS: Record<string, SystemCall> = { setsockopt, getsockopt };
