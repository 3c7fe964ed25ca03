import type { Errno } from '../tcp/errno.ts';
import type { Connection } from '../tcp/connection.ts';
import type { State } from '../tcp/state.ts';
import { setQuickAck } from '../tcp/ack-policy.ts';
import { sendingTimes } from '../tcp/chronograph.ts';
import { output } from '../tcp/output.ts';
import { restartKeepalive } from '../tcp/keepalive.ts';
import { tellOfSpace } from '../tcp/send-memory.ts';
import { type Call, SettledCall } from './call.ts';
import { SocketError } from './socket-error.ts';
import {
  applyOptions,
  type Linger,
  NUMERIC_OPTIONS,
  type NumericOption,
  setNumericOption,
} from './socket-options.ts';
import type { Socket } from './socket.ts';

/** The part of `struct tcp_info` that is known here; sizes in bytes, times in milliseconds. */
export interface TcpInfo {
  readonly state: State;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  readonly rtoMs: number;
  /** -1 before a sample. */
  readonly rttMs: number;
  readonly sndMss: number;
  readonly rcvMss: number;
  readonly sndCwnd: number;
  readonly sndSsthresh: number;
  readonly unacknowledged: number;
  readonly unread: number;
  /** How long something was to be sent; of that, held back by the peer's window, by SO_SNDBUF. */
  readonly busyMs: number;
  readonly rwndLimitedMs: number;
  readonly sndbufLimitedMs: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly windowScaling: boolean;
  readonly ecn: boolean;
}

/** What getsockopt(2) gives. */
export type OptionValue = Record<NumericOption, number> & {
  SO_LINGER: Linger;
  /** `0`: none. */
  SO_ERROR: Errno | 0;
  SO_ACCEPTCONN: number;
  TCP_INFO: TcpInfo;
};

export const setOption = (
  socket: Socket,
  name: 'SO_LINGER' | NumericOption,
  value: Linger | number,
): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('setsockopt', 'EBADF');
  if (typeof value === 'number') {
    if (name === 'SO_LINGER') throw new TypeError('SO_LINGER wants { onoff, seconds }');
    return setNumber(socket, name, value);
  }
  if (name !== 'SO_LINGER') throw new TypeError(`${name} wants a number`);
  const { onoff, seconds } = value;
  mustBeInteger('SO_LINGER', seconds);
  socket.ownOptions().linger = { onoff, seconds: Math.max(0, seconds) };
  return socket.perform(() => {
    if (socket.connection !== undefined) applyOptions(socket.options, socket.connection);
    return 0;
  });
};

const setNumber = (socket: Socket, name: NumericOption, value: number): Call<0> => {
  if (!(name in NUMERIC_OPTIONS)) throw new TypeError(`no socket option ${name as string}`);
  mustBeInteger(name, value);
  return socket.perform((now) => {
    const errno = setNumericOption(socket.ownOptions(), name, value, socket.stack.settings);
    if (errno !== undefined) return new SocketError('setsockopt', errno);
    const { connection, binding } = socket;
    if (connection !== undefined) takeEffect(socket, connection, name, now);
    if (binding !== undefined && name === 'SO_REUSEADDR') binding.reuse = value !== 0;
    return 0;
  });
};

/** On a connection that is there. */
const takeEffect = (socket: Socket, c: Connection, name: NumericOption, now: number): void => {
  const { options } = socket;
  applyOptions(options, c);
  if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') return;
  if (name === 'TCP_QUICKACK') setQuickAck(c, options.quickAck, now);
  // TCP_NODELAY overrides TCP_CORK for what waits just now (tcp_sock_set_nodelay).
  if (name === 'TCP_NODELAY') output(c, now, options.noDelay ? 'sent' : 'as set');
  if (name === 'TCP_CORK') output(c, now);
  if (name === 'SO_SNDBUF' || name === 'TCP_NOTSENT_LOWAT') tellOfSpace(c, now);
  if (name === 'SO_KEEPALIVE' || name === 'TCP_KEEPIDLE') restartKeepalive(c, now);
};

export const getOption = <Name extends keyof OptionValue>(
  socket: Socket,
  name: Name,
): Call<OptionValue[Name]> => {
  if (socket.phase === 'closed') return socket.fails('getsockopt', 'EBADF');
  return new SettledCall(valueOf(socket, name) as OptionValue[Name]);
};

const valueOf = (socket: Socket, name: keyof OptionValue): OptionValue[keyof OptionValue] => {
  if (name === 'SO_LINGER') return socket.options.linger;
  if (name === 'SO_ERROR') return takeError(socket);
  if (name === 'SO_ACCEPTCONN') return Number(socket.phase === 'listening');
  if (name === 'TCP_INFO') return infoOf(socket);
  return numberOf(socket, name);
};

const numberOf = ({ options, connection: c, stack }: Socket, name: NumericOption): number => {
  if (c !== undefined && name === 'SO_RCVBUF') return c.receiveBuffer.capacity;
  if (c !== undefined && name === 'SO_SNDBUF') return c.sendBuffer.capacity;
  if (c !== undefined && name === 'TCP_QUICKACK') return Number(!c.pingPong);
  if (c !== undefined && name === 'TCP_MAXSEG' && c.state !== 'CLOSED') return c.sndMss;
  return NUMERIC_OPTIONS[name].get(options, stack.settings);
};

/** The pending error, once (sock_error). */
const takeError = ({ connection: c }: Socket): Errno | 0 => {
  const errno = c?.error?.errno;
  if (c === undefined || errno === undefined) return 0;
  c.error = undefined;
  return errno;
};

const NOTHING: TcpInfo = {
  state: 'CLOSED',
  retransmits: 0,
  probes: 0,
  backoff: 0,
  rtoMs: 1000,
  rttMs: -1,
  sndMss: 536,
  rcvMss: 536,
  sndCwnd: 0,
  sndSsthresh: 0x7fff_ffff,
  unacknowledged: 0,
  unread: 0,
  busyMs: 0,
  rwndLimitedMs: 0,
  sndbufLimitedMs: 0,
  timestamps: false,
  sack: false,
  windowScaling: false,
  ecn: false,
};

const infoOf = ({ connection: c, phase, stack }: Socket): TcpInfo => {
  if (phase === 'listening') return { ...NOTHING, state: 'LISTEN' };
  if (c === undefined) return NOTHING;
  return {
    state: c.state,
    retransmits: c.retransmits,
    probes: c.windowProbes + c.keepaliveProbes,
    backoff: c.backoff,
    rtoMs: c.rtoMs,
    rttMs: c.srttMs,
    sndMss: c.sndMss,
    rcvMss: c.rcvMss,
    sndCwnd: c.cwnd,
    sndSsthresh: c.ssthresh,
    unacknowledged: c.sendBuffer.length,
    unread: c.receiveBuffer.readable,
    ...sendingTimes(c, stack.now),
    timestamps: c.timestamps,
    sack: c.sackPermitted,
    windowScaling: c.windowScaling,
    ecn: c.ecn,
  };
};

const mustBeInteger = (name: string, value: unknown): void => {
  if (!Number.isInteger(value)) throw new TypeError(`${name} wants a whole number`);
};
