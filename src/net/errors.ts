import { constants } from 'node:os';
import { getSystemErrorMap, inspect } from 'node:util';
import type { ResetAccount } from './reset-account.ts';

/** A failed system call as `node:net` reports it: `read ECONNRESET`, `connect ECONNREFUSED 10.0.0.1:80`. */
export interface SystemError extends Error {
  /** The errno's name. */
  readonly code: string;
  /** Negative, as libuv has it. */
  readonly errno: number;
  readonly syscall: string;
  readonly address?: string;
  readonly port?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  /** Where a reset is behind it: which, why and by whom. */
  readonly reset?: ResetAccount;
}

/** Of a connect(2), where it was asked for or the call failed at once. */
export interface LocalEnd {
  readonly address: string;
  readonly port: number;
}

/** What a system error may carry besides its code and call. */
export interface SystemErrorParts {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly local?: LocalEnd | undefined;
  readonly reset?: ResetAccount | undefined;
  /** Puts libuv's words for the errno into the message, as listen does. */
  readonly inWords?: boolean;
}

const ERRNOS: Readonly<Record<string, number>> = constants.errno;

export const systemError = (
  syscall: string,
  code: string,
  parts: SystemErrorParts = {},
): SystemError => {
  const errno = -(ERRNOS[code] ?? 0);
  const { address, port, local, reset, inWords = false } = parts;
  const words = inWords ? `: ${wordsOf(errno)}` : '';
  const error = new Error(`${syscall} ${code}${words}${placeOf(address, port)}${localOf(local)}`);
  const fields: Record<string, unknown> = { errno, code, syscall };
  if (address !== undefined) fields['address'] = address;
  if (port !== undefined && port > 0) fields['port'] = port;
  if (local !== undefined)
    Object.assign(fields, { localAddress: local.address, localPort: local.port });
  if (reset !== undefined) fields['reset'] = reset;
  return Object.assign(error, fields) as unknown as SystemError;
};

const wordsOf = (errno: number): string => getSystemErrorMap().get(errno)?.[1] ?? 'unknown error';

const placeOf = (address: string | undefined, port: number | undefined): string => {
  if (address === undefined) return '';
  return port !== undefined && port > 0 ? ` ${address}:${port}` : ` ${address}`;
};

const localOf = (local: LocalEnd | undefined): string =>
  local === undefined ? '' : ` - Local (${local.address}:${local.port})`;

/** An error of Node's own numbering, as `ERR_SOCKET_CLOSED`. */
interface CodedError extends Error {
  readonly code: string;
}

const coded = <E extends Error>(error: E, code: string): E & CodedError => {
  // As Node's: the stack's first line names the code, the error's name does not.
  const { name } = error;
  error.name = `${name} [${code}]`;
  void error.stack;
  Reflect.deleteProperty(error, 'name');
  return Object.assign(error, { code });
};

export const socketClosed = (): CodedError =>
  coded(new Error('Socket is closed'), 'ERR_SOCKET_CLOSED');

export const closedBeforeConnection = (): CodedError =>
  coded(
    new Error('Socket closed before the connection was established'),
    'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
  );

export const serverNotRunning = (): CodedError =>
  coded(new Error('Server is not running.'), 'ERR_SERVER_NOT_RUNNING');

export const serverAlreadyListens = (): CodedError =>
  coded(
    new Error('Listen method has been called more than once without closing.'),
    'ERR_SERVER_ALREADY_LISTEN',
  );

export const missingArguments = (): CodedError =>
  coded(
    new TypeError('The "options" or "port" or "path" argument must be specified'),
    'ERR_MISSING_ARGS',
  );

export const invalidType = (name: string, wanted: string, value: unknown): CodedError => {
  const what = name.includes('.') ? 'property' : 'argument';
  return coded(
    new TypeError(`The "${name}" ${what} must be ${wanted}. Received ${describe(value)}`),
    'ERR_INVALID_ARG_TYPE',
  );
};

export const invalidValue = (name: string, value: unknown, reason = 'is invalid'): CodedError => {
  const what = name.includes('.') ? 'property' : 'argument';
  return coded(
    new TypeError(`The ${what} '${name}' ${reason}. Received ${inspect(value)}`),
    'ERR_INVALID_ARG_VALUE',
  );
};

export const outOfRange = (name: string, range: string, value: unknown): CodedError =>
  coded(
    new RangeError(
      `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`,
    ),
    'ERR_OUT_OF_RANGE',
  );

export const badPort = (name: string, value: unknown): CodedError =>
  coded(
    new RangeError(`${name} should be >= 0 and < 65536. Received ${describe(value)}.`),
    'ERR_SOCKET_BAD_PORT',
  );

export const invalidIpAddress = (address: unknown): CodedError =>
  coded(new TypeError(`Invalid IP address: ${String(address)}`), 'ERR_INVALID_IP_ADDRESS');

export const invalidAddressFamily = (
  family: unknown,
  host: string | undefined,
  port: number,
): CodedError =>
  Object.assign(
    coded(
      new RangeError(`Invalid address family: ${String(family)} ${host}:${port}`),
      'ERR_INVALID_ADDRESS_FAMILY',
    ),
    { host, port },
  );

/** A write after the peer's end, where the socket does not allow itself to be half open. */
export const endedByPeer = (): CodedError =>
  Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });

/** None of several addresses could be reached. */
export const noneReached = (errors: readonly Error[]): Error => {
  const first = errors[0] as { readonly code?: string } | undefined;
  return Object.assign(new AggregateError(errors), { code: first?.code });
};

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name: unknown = value.constructor?.name;
    return typeof name === 'string' && name !== '' ? `an instance of ${name}` : inspect(value);
  }
  return `type ${typeof value} (${inspect(value).slice(0, 28)})`;
};
