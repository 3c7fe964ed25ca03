import { SYN } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';
import type { Connection } from './connection.ts';
import { duplicateArrives } from './data.ts';
import { transmitAck } from './output.ts';
import type { Rule } from './reset-event.ts';
import { recordOf, variablesOf } from './segment-record.ts';
import type { Settings } from './sysctl.ts';

/**
 * Answers a segment in doubt with an acknowledgement (RFC 5961 §3.2, §4.2, §5.2), so that a peer who
 * meant it can say so with the right numbers. One budget a connection, shared with the answers to
 * segments out of window, and one a host (tcp_send_challenge_ack).
 */
export const challenge = (c: Connection, segment: Segment, rule: Rule, now: number): void => {
  if (isBudgetSpent(c, c.settings, now)) return;
  if (!hostMayChallenge(c.settings, now)) return;
  c.outlet.report({
    kind: 'challenged',
    atMs: now,
    path: c.path,
    state: c.state,
    variables: variablesOf(c),
    offender: recordOf(segment),
    rule,
  });
  transmitAck(c, now);
};

/**
 * Answers an unacceptable segment with an acknowledgement (RFC 9293 §3.10.7.4, first). Text is
 * answered always, since it is no part of a storm of ACKs (tcp_oow_rate_limited).
 */
export const acknowledgeUnacceptable = (c: Connection, segment: Segment, now: number): void => {
  if (isAnswerLimited(c, segment, c.settings, now)) return;
  duplicateArrives(c, segment);
  transmitAck(c, now);
};

/** What a budget of ACKs remembers: a connection, a request or a TIME-WAIT. */
interface Budget {
  lastChallengeAtMs: number;
}

/** tcp_oow_rate_limited: takes from the budget, unless the segment has text or FIN and no SYN. */
export const isAnswerLimited = (
  budget: Budget,
  segment: Segment,
  settings: Settings,
  now: number,
): boolean => {
  if (segment.length > 0 && (segment.flags & SYN) === 0) return false;
  return isBudgetSpent(budget, settings, now);
};

/** Takes one from the budget; true if there was none left (tcp_invalid_ratelimit). */
export const isBudgetSpent = (budget: Budget, settings: Settings, now: number): boolean => {
  if (now - budget.lastChallengeAtMs < settings.tcp_invalid_ratelimit) return true;
  budget.lastChallengeAtMs = now;
  return false;
};

interface Second {
  beganAtMs: number;
  sent: number;
}

/** By host, whose settings are one object: challenge ACKs of the running second. */
const SECONDS = new WeakMap<Settings, Second>();

const UNLIMITED = 0x7fff_ffff;

const hostMayChallenge = (settings: Settings, now: number): boolean => {
  if (settings.tcp_challenge_ack_limit === UNLIMITED) return true;
  let second = SECONDS.get(settings);
  if (second === undefined || now - second.beganAtMs >= 1000) {
    second = { beganAtMs: now, sent: 0 };
    SECONDS.set(settings, second);
  }
  second.sent += 1;
  return second.sent <= settings.tcp_challenge_ack_limit;
};
