import { Redis } from 'ioredis';
import { RedisError } from './trouble.ts';

/** Called whenever Redis goes away, and when it is back. */
export type OnOutage = (what: 'waiting' | 'back') => void;

const CONNECT_MS = 5000;
/** Between two attempts to find Redis again. */
const RETRY_MS = 500;

/**
 * Connects, or throws a `RedisError` that says why not: who calls has perhaps mistyped. Once there,
 * it is waited for as long as it takes, and every command with it.
 */
export const connectTo = async (url: string, onOutage: OnOutage): Promise<Redis> => {
  const name = withoutPassword(url);
  let isConnected = false;
  let first: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    retryStrategy: () => (isConnected ? RETRY_MS : null),
  });
  redis.on('error', (error: Error) => {
    first ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const why = reasonOf(first ?? (error as Error), /:\/\/[^/]*@/.test(url));
    throw new RedisError(`${name}: ${why}`, { cause: error });
  }
  isConnected = true;
  tellOutages(redis, onOutage);
  return redis;
};

const tellOutages = (redis: Redis, onOutage: OnOutage): void => {
  let isAway = false;
  redis.on('reconnecting', () => {
    if (!isAway) onOutage('waiting');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) onOutage('back');
    isAway = false;
  });
};

/** The address as it may be shown; throws a `RedisError` where it is none. */
const withoutPassword = (url: string): string => {
  if (url.startsWith('/')) return url;
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    // Nothing of it is repeated: what is mistyped may well be the password.
    throw new RedisError(
      'no address of Redis: redis://[user:password@]host[:port][/db], rediss://… or the path of a socket',
    );
  }
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};

const WRONG_PASSWORD = 'the password or the user is wrong';
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused: is Redis running there?'],
  [/ENOTFOUND|EAI_AGAIN/, 'no such host'],
  [/ENOENT/, 'no such socket'],
  [/EACCES/, 'permission denied'],
  [/ETIMEDOUT/, 'no answer'],
  [/WRONGPASS|invalid password/, WRONG_PASSWORD],
];

const reasonOf = ({ message, code }: NodeJS.ErrnoException, hasPassword: boolean): string => {
  const said = `${code ?? ''} ${message}`;
  if (/NOAUTH/.test(said)) {
    return hasPassword ? WRONG_PASSWORD : 'it wants a password: redis://:password@host';
  }
  return REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? message;
};
