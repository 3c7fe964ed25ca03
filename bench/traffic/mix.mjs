/** Which kinds of connections a capture holds, in what shares, and what may be said of their resets. */
import { finBeforeResponse, silence, unansweredSyn } from './stories/failures.mjs';
import { healthy, leftOpen, midstream } from './stories/healthy.mjs';
import * as resets from './stories/resets.mjs';

/** @typedef {import('./connection.mjs').Connection} Connection */
/** @typedef {import('./timeline.mjs').Task} Task */
/** @typedef {import('./stories/healthy.mjs').Talk} Talk */

/** @type {Record<string, (connection: Connection, talk: Talk) => Task>} */
export const STORIES = {
  healthy,
  midstream,
  'left-open': leftOpen,
  refused: resets.refused,
  'linger-zero': resets.lingerZero,
  'unread-data': resets.unreadData,
  'keepalive-race': resets.keepaliveRace,
  'data-after-close': resets.dataAfterClose,
  'half-open': resets.halfOpen,
  injected: resets.injected,
  'keepalive-give-up': resets.keepaliveGiveUp,
  'health-check': resets.healthCheck,
  'port-scan': resets.portScan,
  'tls-rejected': resets.tlsRejected,
  'early-response': resets.earlyResponse,
  'client-abort': resets.clientAbort,
  'out-of-window': resets.outOfWindow,
  challenged: resets.challenged,
  'four-tuple-reuse': resets.fourTupleReuse,
  'idle-timeout': resets.idleTimeout,
  'unanswered-syn': unansweredSyn,
  'fin-before-response': finBeforeResponse,
  silence,
};

/**
 * Shares of all connections; healthy ones are the rest.
 * @type {Record<string, number>}
 */
export const TROUBLE = {
  refused: 0.009,
  'linger-zero': 0.008,
  'health-check': 0.008,
  'unread-data': 0.006,
  injected: 0.0045,
  'keepalive-race': 0.0035,
  'client-abort': 0.0035,
  'data-after-close': 0.003,
  'half-open': 0.003,
  'early-response': 0.003,
  'tls-rejected': 0.003,
  'port-scan': 0.002,
  'out-of-window': 0.001,
  challenged: 0.001,
  'four-tuple-reuse': 0.001,
  'keepalive-give-up': 0.001,
  'idle-timeout': 0.0005,
  'unanswered-syn': 0.003,
  'fin-before-response': 0.003,
  silence: 0.001,
};

/** Healthy ones that the capture does not show whole. */
const PARTIAL = { midstream: 0.01, 'left-open': 0.02 };

/**
 * Draws a kind for each new connection.
 * @param {import('./random.mjs').Random} random
 * @param {Record<string, number>} trouble shares, together at most 1
 * @returns {() => string}
 */
export const kindsOf = (random, trouble) => {
  const total = Object.values(trouble).reduce((sum, share) => sum + share, 0);
  if (total > 1.000001) throw new RangeError(`shares of ${total} in all`);
  const shares = Object.entries(total > 0.9 ? trouble : { ...trouble, ...PARTIAL });
  return () => {
    let draw = random.fraction();
    for (const [kind, share] of shares) if ((draw -= share) < 0) return kind;
    return total > 0.9 ? /** @type {[string, number]} */ (shares[0])[0] : 'healthy';
  };
};
