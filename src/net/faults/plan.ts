import type { CauseId } from '../../causes/ids.ts';
import { isCauseId } from '../../causes/ids.ts';
import { type Choice, wrongChoice } from './choice.ts';
import { isMoment, type Moment } from './moment.ts';
import { type Way, WAYS } from './ways.ts';

/** What is to happen to connections, and to which. */
export interface FaultOptions extends Choice {
  readonly cause: CauseId;
  /** The cause's usual one if left out. */
  readonly moment?: Moment;
  /**
   * After so many bytes of the request or the response; 1 if left out, and 0 (nothing is read) for
   * `early-response`.
   */
  readonly afterBytes?: number;
  /**
   * Milliseconds of silence that make a connection idle (1000 if left out; 0 for `on-reuse`); for
   * other moments a pause between the moment and the end, 0 if left out.
   */
  readonly afterMs?: number;
  /** What `early-response` answers; a 413 of HTTP if left out. */
  readonly response?: string | Uint8Array;
}

/** The same with nothing left open. */
export interface Plan {
  readonly way: Way;
  readonly afterBytes: number;
  readonly afterMs: number;
  readonly response: Uint8Array;
}

const TOO_LARGE =
  'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const IDLE_MS = 1000;
/** Silence after which a response counts as whole. */
const QUIET_MS = 50;

/** What `afterMs` is if nothing is said. */
const pauseOf = ({ cause, moment }: Way): number => {
  if (moment === 'on-idle') return IDLE_MS;
  const waitsForResponse =
    moment === 'after-fin' || (moment === 'on-reuse' && cause === 'keepalive-race');
  return waitsForResponse ? QUIET_MS : 0;
};

/** What was asked for, or one line that says what is wrong with it. */
export const planOf = (options: FaultOptions): Plan | string => {
  const { cause, moment } = options;
  const way = WAYS.find((one) => one.cause === cause && one.moment === (moment ?? one.moment));
  if (way === undefined) return noSuchWay(cause, moment);
  const isChoice = options.every !== undefined || options.probability !== undefined;
  if (isChoice && way.moment === 'before-accept') {
    return `${cause} accepts no connection, so none can be chosen: neither every nor probability`;
  }
  const wrong = wrongChoice(options) ?? wrongNumber(options);
  if (wrong !== undefined) return wrong;
  const { afterBytes, afterMs, response = TOO_LARGE } = options;
  return {
    way,
    afterBytes: afterBytes ?? (cause === 'early-response' ? 0 : 1),
    afterMs: afterMs ?? pauseOf(way),
    response: Buffer.from(response as Uint8Array),
  };
};

const noSuchWay = (cause: string, moment: string | undefined): string => {
  if (!isCauseId(cause)) return `no cause is called "${cause}"`;
  const moments = WAYS.filter((one) => one.cause === cause).map((one) => one.moment);
  if (moments.length === 0) return `${cause} is nothing that a server does to its client`;
  if (moment !== undefined && !isMoment(moment)) return `no moment is called "${moment}"`;
  return `${cause} has no moment ${moment}; it has ${moments.join(', ')}`;
};

const wrongNumber = ({ cause, afterBytes, afterMs }: FaultOptions): string | undefined => {
  const least = cause === 'early-response' ? 0 : 1;
  if (afterBytes !== undefined && !(Number.isSafeInteger(afterBytes) && afterBytes >= least)) {
    return `afterBytes ${afterBytes}: it must be a whole number, ${least} or more`;
  }
  // setTimeout takes no more.
  if (afterMs !== undefined && !(afterMs >= 0 && afterMs < 2 ** 31)) {
    return `afterMs ${afterMs}: it must be from 0 to 2147483647`;
  }
  return undefined;
};
