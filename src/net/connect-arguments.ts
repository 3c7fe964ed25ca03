import type { LookupFunction, OnReadOpts } from 'node:net';
import { isIP } from 'node:net';
import {
  badPort,
  invalidIpAddress,
  invalidType,
  invalidValue,
  missingArguments,
  outOfRange,
} from './errors.ts';

/** What a new socket can be told (as `net.SocketConstructorOpts`). */
export interface SocketOptions {
  /** Whether the sending side stays open after the peer's end. Default: false. */
  readonly allowHalfOpen?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Receives into memory of the caller's instead of emitting `data`. */
  readonly onread?: OnReadOpts | undefined;
  /** TCP_NODELAY from the beginning. */
  readonly noDelay?: boolean | undefined;
  /** SO_KEEPALIVE from the beginning. */
  readonly keepAlive?: boolean | undefined;
  /** Milliseconds of silence before the first probe; 0: what the sysctl says. */
  readonly keepAliveInitialDelay?: number | undefined;
  readonly readable?: boolean | undefined;
  readonly writable?: boolean | undefined;
  readonly highWaterMark?: number | undefined;
}

/** Where a socket connects to (as `net.TcpSocketConnectOpts`). */
export interface ConnectOptions {
  /** 0 to 65535. */
  readonly port?: number | string | undefined;
  /** Default: localhost. */
  readonly host?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** 4, 6, or 0 for either; also as `server.address()` tells it. */
  readonly family?: number | string | undefined;
  readonly hints?: number | undefined;
  /** Default: `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** Whether the addresses of a name are tried one after the other (RFC 8305, loosely). */
  readonly autoSelectFamily?: boolean | undefined;
  /** Milliseconds that each but the last has; at least 10. */
  readonly autoSelectFamilyAttemptTimeout?: number | undefined;
  /** Of Unix domain sockets, which are no TCP: EAFNOSUPPORT. */
  readonly path?: string | undefined;
}

/** Of `createConnection`, which makes the socket too. */
export interface CreateConnectionOptions extends ConnectOptions, SocketOptions {
  /** As `setTimeout`. */
  readonly timeout?: number | undefined;
}

type Listener = () => void;

/** `(options, listener)`, `(port, host, listener)`, `(path, listener)`; the arguments as they came. */
export const normalized = (
  args: readonly unknown[],
): { options: CreateConnectionOptions; listener: Listener | undefined } => {
  const last = args.at(-1);
  const listener = typeof last === 'function' ? (last as Listener) : undefined;
  const [first, second] = args;
  if (args.length === 0) return { options: {}, listener };
  if (typeof first === 'object' && first !== null) return { options: first, listener };
  if (isPath(first)) return { options: { path: first }, listener };
  const port = first as number;
  if (typeof second === 'string') return { options: { port, host: second }, listener };
  return { options: { port }, listener };
};

/** A string that is no number names a Unix domain socket. */
export const isPath = (value: unknown): value is string =>
  typeof value === 'string' && !(Number(value) >= 0);

/** Undefined is a matter of the caller; everything else must be a port: as a number or in digits. */
export const portOf = (value: unknown, name: string): number => {
  const isText = typeof value === 'string' && value.trim() !== '';
  const port = typeof value === 'number' || isText ? Number(value) : Number.NaN;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw badPort(name, value);
  return port;
};

/** Throws what Node throws, and in its order, for what cannot be connected with. */
export const checkConnectOptions = (options: ConnectOptions): void => {
  const { port, path, localAddress, localPort } = options;
  if (port === undefined && (path === undefined || path === null)) throw missingArguments();
  if (path) {
    if (typeof path !== 'string') throw invalidType('options.path', 'of type string', path);
    return;
  }
  if (localAddress && isIP(localAddress) === 0) throw invalidIpAddress(localAddress);
  if (localPort && typeof localPort !== 'number') {
    throw invalidType('options.localPort', 'of type number', localPort);
  }
  if (typeof port !== 'number' && typeof port !== 'string' && port !== undefined) {
    throw invalidType('options.port', 'one of type number or string', port);
  }
  if (port !== undefined) portOf(port, 'Port');
  checkFamilySelection(options);
};

const checkFamilySelection = (options: ConnectOptions): void => {
  const { autoSelectFamily: isOn, autoSelectFamilyAttemptTimeout: ms, lookup } = options;
  if (isOn !== undefined && isOn !== null && typeof isOn !== 'boolean') {
    throw invalidType('options.autoSelectFamily', 'of type boolean', isOn);
  }
  if (ms !== undefined && ms !== null) {
    if (typeof ms !== 'number') {
      throw invalidType('options.autoSelectFamilyAttemptTimeout', 'of type number', ms);
    }
    if (!Number.isInteger(ms) || ms < 1 || ms > 2 ** 31 - 1) {
      throw outOfRange('options.autoSelectFamilyAttemptTimeout', '>= 1 && <= 2147483647', ms);
    }
  }
  if (lookup !== undefined && lookup !== null && typeof lookup !== 'function') {
    throw invalidType('options.lookup', 'of type function', lookup);
  }
};

const OBJECT_MODES = ['objectMode', 'readableObjectMode', 'writableObjectMode'] as const;

export const checkSocketOptions = (options: SocketOptions): void => {
  for (const name of OBJECT_MODES) {
    const value: unknown = Reflect.get(options, name);
    if (value) throw invalidValue(`options.${name}`, value, 'is not supported');
  }
  const delay: unknown = options.keepAliveInitialDelay;
  if (delay !== undefined && typeof delay !== 'number') {
    throw invalidType('options.keepAliveInitialDelay', 'of type number', delay);
  }
};
