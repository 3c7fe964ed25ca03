import { newCongestionControl } from '../tcp/congestion/algorithms.ts';
import type { CongestionControl } from '../tcp/congestion/congestion-control.ts';
import type { Connection, ConnectionOptions } from '../tcp/connection.ts';
import type { Errno } from '../tcp/errno.ts';
import { ReceiveBuffer } from '../tcp/receive-buffer.ts';
import { SendBuffer } from '../tcp/send-buffer.ts';
import type { Settings } from '../tcp/sysctl.ts';

/** SO_LINGER's `struct linger`. */
export interface Linger {
  readonly onoff: boolean;
  /** 0 to 65535. */
  readonly seconds: number;
}

/** Options whose value is a number: bytes, seconds or milliseconds as socket(7) and tcp(7) say. */
export type NumericOption =
  | 'IPV6_V6ONLY'
  | 'SO_KEEPALIVE'
  | 'SO_OOBINLINE'
  | 'SO_RCVBUF'
  | 'SO_REUSEADDR'
  | 'SO_SNDBUF'
  | 'TCP_CORK'
  | 'TCP_DEFER_ACCEPT'
  | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_LINGER2'
  | 'TCP_MAXSEG'
  | 'TCP_NODELAY'
  | 'TCP_NOTSENT_LOWAT'
  | 'TCP_QUEUE_SEQ'
  | 'TCP_QUICKACK'
  | 'TCP_USER_TIMEOUT';

/** What an application has set on a socket, and what its connection, or its children, are given. */
export class SocketOptions {
  linger: Linger = { onoff: false, seconds: 0 };
  reuseAddress = false;
  onlyIpv6 = false;
  keepalive = false;
  urgentInline = false;
  /** As getsockopt(2) tells them; 0: not set, the sysctl's. */
  receiveBuffer = 0;
  sendBuffer = 0;
  noDelay = false;
  cork = false;
  quickAck = true;
  /** Seconds; 0: the sysctl's. */
  keepIdle = 0;
  keepInterval = 0;
  keepCount = 0;
  userTimeoutMs = 0;
  linger2 = 0;
  maxSegment = 0;
  notSentLowat = -1;
  /** Seconds, 0: off. */
  deferAccept = 0;
  /** TCP_QUEUE_SEQ under TCP_REPAIR: the ISS of the next connect(2); undefined: RFC 6528's. */
  initialSequence: number | undefined = undefined;

  /** As the engine takes them, worked out once for all connections that have these. */
  private engine: ConnectionOptions | undefined = undefined;

  /** accept(2)'s socket has its listener's. */
  copy(): SocketOptions {
    return Object.assign(new SocketOptions(), this, { engine: undefined });
  }

  /** To be called before anything is changed. */
  change(): this {
    this.engine = undefined;
    return this;
  }

  forConnection(): ConnectionOptions {
    this.engine ??= {
      noDelay: this.noDelay,
      cork: this.cork,
      keepalive: this.keepalive,
      keepaliveIdleMs: this.keepIdle > 0 ? this.keepIdle * 1000 : -1,
      keepaliveIntervalMs: this.keepInterval > 0 ? this.keepInterval * 1000 : -1,
      keepaliveCount: this.keepCount > 0 ? this.keepCount : -1,
      userTimeoutMs: this.userTimeoutMs,
      lingerSeconds: this.linger.onoff ? this.linger.seconds : -1,
      linger2Seconds: this.linger2,
      maxSegment: this.maxSegment,
      notSentLowat: this.notSentLowat,
      oobInline: this.urgentInline,
    };
    return this.engine;
  }
}

type Setter = (options: SocketOptions, value: number, settings: Settings) => void;

interface Numeric {
  /** What Linux takes, both ends included; beyond it EINVAL. */
  readonly bounds?: readonly [number, number];
  readonly set: Setter;
  readonly get: (options: SocketOptions, settings: Settings) => number;
}

const SOCK_MIN_RCVBUF = 2304;
const SOCK_MIN_SNDBUF = 4608;
/** TCP_FIN_TIMEOUT_MAX in seconds. */
const LONGEST_LINGER2 = 120;

/** Value, default and bounds as in sock_setsockopt and do_tcp_setsockopt. */
export const NUMERIC_OPTIONS: Record<NumericOption, Numeric> = {
  IPV6_V6ONLY: {
    set: (o, value) => void (o.onlyIpv6 = value !== 0),
    get: (o) => Number(o.onlyIpv6),
  },
  SO_KEEPALIVE: {
    set: (o, value) => void (o.keepalive = value !== 0),
    get: (o) => Number(o.keepalive),
  },
  SO_OOBINLINE: {
    set: (o, value) => void (o.urgentInline = value !== 0),
    get: (o) => Number(o.urgentInline),
  },
  // What is asked for is doubled, for the kernel's own bookkeeping (socket(7)).
  SO_RCVBUF: {
    set: (o, value, { rmem_max: most }) =>
      void (o.receiveBuffer = Math.max(SOCK_MIN_RCVBUF, Math.min(value, most) * 2)),
    get: receiveBufferOf,
  },
  SO_SNDBUF: {
    set: (o, value, { wmem_max: most }) =>
      void (o.sendBuffer = Math.max(SOCK_MIN_SNDBUF, Math.min(value, most) * 2)),
    get: sendBufferOf,
  },
  SO_REUSEADDR: {
    set: (o, value) => void (o.reuseAddress = value !== 0),
    get: (o) => Number(o.reuseAddress),
  },
  TCP_CORK: {
    set: (o, value) => void (o.cork = value !== 0),
    get: (o) => Number(o.cork),
  },
  TCP_DEFER_ACCEPT: {
    set: (o, value) => void (o.deferAccept = Math.max(0, value)),
    get: (o) => o.deferAccept,
  },
  TCP_KEEPCNT: {
    bounds: [1, 127],
    set: (o, value) => void (o.keepCount = value),
    get: (o, settings) => o.keepCount || settings.tcp_keepalive_probes,
  },
  TCP_KEEPIDLE: {
    bounds: [1, 32_767],
    set: (o, value) => void (o.keepIdle = value),
    get: (o, settings) => o.keepIdle || settings.tcp_keepalive_time,
  },
  TCP_KEEPINTVL: {
    bounds: [1, 32_767],
    set: (o, value) => void (o.keepInterval = value),
    get: (o, settings) => o.keepInterval || settings.tcp_keepalive_intvl,
  },
  TCP_LINGER2: {
    set: (o, value) => void (o.linger2 = value < 0 ? -1 : Math.min(value, LONGEST_LINGER2)),
    get: (o, settings) => o.linger2 || settings.tcp_fin_timeout,
  },
  TCP_MAXSEG: {
    bounds: [88, 32_767],
    set: (o, value) => void (o.maxSegment = value),
    get: (o) => o.maxSegment,
  },
  TCP_NODELAY: {
    set: (o, value) => void (o.noDelay = value !== 0),
    get: (o) => Number(o.noDelay),
  },
  TCP_NOTSENT_LOWAT: {
    set: (o, value) => void (o.notSentLowat = value),
    get: (o) => Math.max(0, o.notSentLowat),
  },
  TCP_QUEUE_SEQ: {
    set: (o, value) => void (o.initialSequence = value | 0),
    get: (o) => (o.initialSequence ?? 0) >>> 0,
  },
  TCP_QUICKACK: {
    set: (o, value) => void (o.quickAck = value !== 0),
    get: (o) => Number(o.quickAck),
  },
  TCP_USER_TIMEOUT: {
    bounds: [0, 0x7fff_ffff],
    set: (o, value) => void (o.userTimeoutMs = value),
    get: (o) => o.userTimeoutMs,
  },
};

function receiveBufferOf(options: SocketOptions, settings: Settings): number {
  return options.receiveBuffer || settings.tcp_rmem[1];
}

function sendBufferOf(options: SocketOptions, settings: Settings): number {
  return options.sendBuffer || settings.tcp_wmem[1];
}

/** Undefined if done. */
export const setNumericOption = (
  options: SocketOptions,
  name: NumericOption,
  value: number,
  settings: Settings,
): Errno | undefined => {
  const { bounds, set } = NUMERIC_OPTIONS[name];
  if (bounds !== undefined && (value < bounds[0] || value > bounds[1])) {
    // TCP_MAXSEG alone can be taken back.
    if (name !== 'TCP_MAXSEG' || value !== 0) return 'EINVAL';
  }
  set(options, value, settings);
  return undefined;
};

/** Bytes that a window may be offered from before there is a connection (`ReceiveBuffer.space`). */
export const receiveSpaceOf = (options: SocketOptions, settings: Settings): number =>
  receiveBufferOf(options, settings) >>> 1;

/** The memory and the congestion control of a new connection. */
export const partsOf = (
  options: SocketOptions,
  settings: Settings,
): { sendBuffer: SendBuffer; receiveBuffer: ReceiveBuffer; congestion: CongestionControl } => ({
  sendBuffer: new SendBuffer(sendBufferOf(options, settings)),
  receiveBuffer: new ReceiveBuffer(receiveBufferOf(options, settings)),
  congestion: newCongestionControl(settings.tcp_congestion_control),
});

/** Hands over what the engine looks at; buffers only where they were set, and then for good. */
export const applyOptions = (options: SocketOptions, c: Connection): void => {
  c.options = options.forConnection();
  if (options.receiveBuffer > 0) {
    c.receiveBuffer.capacity = options.receiveBuffer;
    c.receiveBufferLocked = true;
  }
  if (options.sendBuffer > 0) {
    c.sendBuffer.capacity = options.sendBuffer;
    c.sendBufferLocked = true;
  }
};
