import { isPath, normalized, portOf } from './connect-arguments.ts';
import { invalidType, invalidValue } from './errors.ts';

/** Where a server listens (as `net.ListenOptions`). */
export interface ListenOptions {
  /** 0 to 65535; 0 or nothing: any free one. */
  readonly port?: number | string | null | undefined;
  /** An address, or a name to be looked up. Default: all addresses. */
  readonly host?: string | undefined;
  /** How many connections may wait to be accepted. Default: 511. */
  readonly backlog?: number | undefined;
  /** No effect: there is one process. */
  readonly exclusive?: boolean | undefined;
  /** `::` does not take IPv4 too. */
  readonly ipv6Only?: boolean | undefined;
  /** Closes the server. */
  readonly signal?: AbortSignal | undefined;
  /** Of Unix domain sockets, which are no TCP: EAFNOSUPPORT. */
  readonly path?: string | undefined;
}

/** What `listen` comes down to. */
export interface Listening {
  readonly port: number;
  readonly host: string | undefined;
  readonly backlog: number;
  readonly ipv6Only: boolean;
  readonly signal: AbortSignal | undefined;
  /** Instead of all others. */
  readonly path: string | undefined;
}

const DEFAULT_BACKLOG = 511;

/** `(port, host, backlog)`, `(options)`; throws for what means nothing. */
export const listeningOf = (
  args: readonly unknown[],
): { listening: Listening; listener: (() => void) | undefined } => {
  const { options: given, listener } = normalized(args);
  const options: ListenOptions = given;
  checkSignal(options.signal);
  const { host, ipv6Only = false, signal } = options;
  const backlog = options.backlog || positive(args[1]) || positive(args[2]) || DEFAULT_BACKLOG;
  const common = { host, backlog, ipv6Only, signal };
  const port = isPortOmitted(args, options) ? 0 : options.port;
  if (typeof port === 'number' || typeof port === 'string') {
    const checked = portOf(port, 'options.port');
    return { listening: { ...common, port: checked, path: undefined }, listener };
  }
  if (isPath(options.path)) {
    return { listening: { ...common, port: 0, path: options.path }, listener };
  }
  if ('port' in options || 'path' in options) throw invalidValue('options', options);
  throw invalidValue('options', options, 'must have the property "port" or "path"');
};

const isPortOmitted = (args: readonly unknown[], options: ListenOptions): boolean =>
  args.length === 0 ||
  typeof args[0] === 'function' ||
  ('port' in options && (options.port === undefined || options.port === null));

const positive = (value: unknown): number | undefined => {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0;
  return number > 0 ? number : undefined;
};

const checkSignal = (signal: unknown): void => {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw invalidType('options.signal', 'an instance of AbortSignal', signal);
};
