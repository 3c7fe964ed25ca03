import { type Connection, NEVER } from './connection.ts';
import type { Scoreboard } from './scoreboard.ts';

/** RTO from now, or sooner where TCP_USER_TIMEOUT ends first (tcp_clamp_rto_to_user_timeout). */
export const armRetransmission = (c: Connection, now: number): void => {
  c.retransmitFor = 'rto';
  c.retransmitAtMs = now + clampedToUserTimeout(c, c.rtoMs, now);
};

/** A time-out of `ms`, shortened to what TCP_USER_TIMEOUT leaves since the first went unanswered. */
const clampedToUserTimeout = (c: Connection, ms: number, now: number): number => {
  if (c.options.userTimeoutMs === 0 || c.firstUnansweredAtMs === NEVER) return ms;
  const leftMs = c.options.userTimeoutMs - (now - c.firstUnansweredAtMs);
  return Math.max(1, Math.min(ms, leftMs));
};

/** TCP_TIMEOUT_MIN: two ticks. */
const LEAST_MS = 2;

/**
 * Sets the timer for what is on the way: a tail loss probe after two round trips, or after RTO where
 * that is sooner; RTO itself where no probe may be sent (tcp_schedule_loss_probe, tcp_rearm_rto). `isAcknowledged`: the
 * peer has just made progress, so RTO counts from now and not from when the oldest segment left.
 */
export const setRetransmissionTimer = (
  c: Connection,
  board: Scoreboard,
  isAcknowledged: boolean,
  now: number,
): void => {
  const rtoAtMs = isAcknowledged ? now + c.rtoMs : oldestSentAt(board, now) + c.rtoMs;
  if (mayProbe(c)) {
    const probeAtMs = now + probeDelay(c, board);
    c.retransmitFor = 'tail-loss-probe';
    c.retransmitAtMs = rtoAtMs > now ? Math.min(probeAtMs, rtoAtMs) : probeAtMs;
    return;
  }
  c.retransmitFor = 'rto';
  c.retransmitAtMs = now + clampedToUserTimeout(c, Math.max(rtoAtMs - now, 1), now);
};

const oldestSentAt = (board: Scoreboard, now: number): number =>
  board.count > 0 ? board.sentAtOf(0) : now;

/** Whether a tail loss probe may be sent in place of waiting for RTO. */
export const mayProbe = (c: Connection): boolean =>
  c.sackPermitted &&
  (c.recovery === 'open' || c.recovery === 'cwr') &&
  (c.settings.tcp_early_retrans === 3 || c.settings.tcp_early_retrans === 4);

const probeDelay = (c: Connection, board: Scoreboard): number => {
  if (c.srttMs < 0) return 1000;
  // A lone segment may meet a delayed acknowledgement (RFC 8985 §7.2).
  const more = board.count === 1 ? c.settings.tcp_rto_min_us / 1000 : LEAST_MS;
  return 2 * c.srttMs + more;
};

/** Something waits to be sent and nothing is on the way: probes of the window begin, unless they run. */
export const setPersistTimer = (c: Connection, now: number): void => {
  if (c.retransmitAtMs !== NEVER) return;
  c.retransmitFor = 'persist';
  c.retransmitAtMs = now + firstProbeDelay(c);
};

/** Until the next window probe: RTO, doubled with each (tcp_probe0_when, RFC 9293 §3.8.6.1). */
export const rearmPersist = (c: Connection, now: number): void => {
  const most = c.settings.tcp_rto_max_ms;
  const doublings = Math.min(c.backoff, Math.floor(Math.log2(most / 200)) + 1);
  const delayMs = Math.min(firstProbeDelay(c) * 2 ** doublings, most);
  c.retransmitFor = 'persist';
  c.retransmitAtMs = now + clampedToUserTimeout(c, delayMs, now);
};

/** TCP_RESOURCE_PROBE_INTERVAL: whom the device refuses tries again soon, and does not back off. */
export const RETRY_MS = 500;

export const retryPersist = (c: Connection, now: number): void => {
  c.retransmitFor = 'persist';
  c.retransmitAtMs = now + clampedToUserTimeout(c, RETRY_MS, now);
};

const firstProbeDelay = (c: Connection): number =>
  Math.max(c.rtoMs, c.settings.tcp_rto_min_us / 1000);
