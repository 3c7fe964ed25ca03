import { type Connection, NEVER } from './connection.ts';
import { abort, fail, withhold } from './ending.ts';
import type { Rule } from './reset-event.ts';

/** What a connection can be given up for without an answer; in Linux all without a packet. */
type Silence = 'retransmission-timeout' | 'user-timeout' | 'zero-window-timeout';

const RULES: Record<Silence, Rule> = {
  'retransmission-timeout': {
    source: 'tcp_write_timeout',
    says: 'What is not acknowledged after tcp_retries2 is given up with ETIMEDOUT and no packet',
    claim: 'A17',
  },
  'user-timeout': {
    source: 'RFC 5482 §3',
    says: 'What is not acknowledged within TCP_USER_TIMEOUT is given up with ETIMEDOUT and no packet',
  },
  'zero-window-timeout': {
    source: 'tcp_probe_timer',
    says: 'Window probes that stay unanswered end in ETIMEDOUT and no packet',
    claim: 'A16',
  },
};

/** Ends the connection in silence (tcp_write_err): ETIMEDOUT, or what ICMP told of the path before. */
export const giveUp = (c: Connection, why: Silence, now: number): void => {
  withhold(c, why, now, RULES[why]);
  fail(c, c.softError ?? 'ETIMEDOUT');
};

/** The probes that `resetlab.zero_window_probes` grants are used up. */
export const endProbing = (c: Connection, now: number): void => {
  if (c.settings.resetlab_zero_window_action === 'reset') abort(c, 'zero-window-timeout', now);
  else giveUp(c, 'zero-window-timeout', now);
};

/** tcp_orphan_retries: a connection that nobody waits for is kept 8 time-outs, or none if it is hopeless. */
export const orphanRetries = (c: Connection, isAlive: boolean): number => {
  const retries = c.settings.tcp_orphan_retries;
  if (c.softError !== undefined && !isAlive) return 0;
  return retries === 0 && isAlive ? 8 : retries;
};

/**
 * Whether `retries` retransmissions with doubled time-outs, the first of `firstMs`, would have been over
 * by now, counted from the first that went unanswered; or TCP_USER_TIMEOUT is, where that counts
 * (retransmits_timed_out: the number stands for a span of time).
 */
export const isTimedOut = (
  c: Connection,
  retries: number,
  firstMs: number,
  userTimeoutMs: number,
  now: number,
): boolean => {
  if (c.retransmits === 0 || c.firstUnansweredAtMs === NEVER) return false;
  const span = userTimeoutMs > 0 ? userTimeoutMs : modelled(c, retries, firstMs);
  return now - c.firstUnansweredAtMs >= span;
};

/** tcp_model_timeout. */
const modelled = (c: Connection, retries: number, firstMs: number): number => {
  const most = c.settings.tcp_rto_max_ms;
  const doublings = Math.floor(Math.log2(most / firstMs));
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * firstMs;
  return (2 ** (doublings + 1) - 1) * firstMs + (retries - doublings) * most;
};
