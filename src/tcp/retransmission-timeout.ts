import { type Connection, NEVER } from './connection.ts';
import { endProbing, giveUp, isTimedOut, orphanRetries } from './giving-up.ts';
import { enterLoss } from './loss-recovery.ts';
import { transmitSyn } from './output.ts';
import { resend } from './retransmission.ts';
import { armRetransmission, RETRY_MS } from './retransmission-timer.ts';
import type { Scoreboard } from './scoreboard.ts';

/** tcp_timeout_init. */
const FIRST_SYN_MS = 1000;
/** A shut window with text on the way: how long no sign of life is borne (tcp_rtx_probe0_timed_out). */
const SILENCES = 2;

/**
 * RTO (RFC 6298 §5.4 to §5.7, tcp_retransmit_timer): the oldest segment, or the SYN, goes again and the
 * next time-out is twice as long; or the connection is given up, without a packet.
 */
export const retransmissionTimeout = (c: Connection, now: number): void => {
  c.retransmitAtMs = NEVER;
  if (c.state === 'SYN-SENT' || c.state === 'SYN-RECEIVED') return synTimeout(c, now);
  const board = c.scoreboard;
  if (board === undefined) return;
  if (c.sndWnd === 0 && !c.orphan) return shutWindowTimeout(c, board, now);
  if (isOver(c, now)) {
    return giveUp(
      c,
      c.options.userTimeoutMs > 0 && !c.orphan ? 'user-timeout' : 'retransmission-timeout',
      now,
    );
  }
  enterLoss(c, board);
  c.retransmits += 1;
  if (resend(c, board, 0, now)) return backOff(c, now);
  c.retransmitFor = 'rto';
  c.retransmitAtMs = now + RETRY_MS;
};

/** tcp_write_timeout of a synchronized connection: tcp_retries2 stands for a span of time. */
const isOver = (c: Connection, now: number): boolean => {
  const leastMs = c.settings.tcp_rto_min_us / 1000;
  let retries = c.settings.tcp_retries2;
  if (c.orphan) retries = orphanRetries(c, c.rtoMs < c.settings.tcp_rto_max_ms);
  return isTimedOut(c, retries, leastMs, c.options.userTimeoutMs, now);
};

/** The peer took its window back: retransmissions are its probes, and the answered go on for ever. */
const shutWindowTimeout = (c: Connection, board: Scoreboard, now: number): void => {
  const unansweredMs = c.firstUnansweredAtMs === NEVER ? 0 : now - c.firstUnansweredAtMs;
  if (c.options.userTimeoutMs > 0 && unansweredMs > c.options.userTimeoutMs)
    return giveUp(c, 'user-timeout', now);
  const bearableMs = SILENCES * c.settings.tcp_rto_max_ms;
  if (now - c.lastReceivedAtMs > bearableMs && unansweredMs > bearableMs) {
    return giveUp(c, 'zero-window-timeout', now);
  }
  const granted = c.settings.resetlab_zero_window_probes;
  if (granted > 0 && c.zeroWindowProbes >= granted) return endProbing(c, now);
  c.zeroWindowProbes += 1;
  enterLoss(c, board);
  resend(c, board, 0, now);
  backOff(c, now);
};

const backOff = (c: Connection, now: number): void => {
  c.backoff += 1;
  c.rtoMs = Math.min(2 * c.rtoMs, c.settings.tcp_rto_max_ms);
  armRetransmission(c, now);
};

/** The first few of tcp_syn_linear_timeouts are as long as the first, the others doubled. */
const synTimeout = (c: Connection, now: number): void => {
  const { tcp_syn_retries: retries, tcp_syn_linear_timeouts: linear } = c.settings;
  const isActive = c.state === 'SYN-SENT';
  const most = isActive ? retries + linear : retries;
  if (c.retransmits >= most || isTimedOut(c, retries, FIRST_SYN_MS, c.options.userTimeoutMs, now)) {
    return giveUp(c, c.options.userTimeoutMs > 0 ? 'user-timeout' : 'retransmission-timeout', now);
  }
  c.retransmits += 1;
  if (!isActive || c.retransmits > linear) {
    c.backoff += 1;
    c.rtoMs = Math.min(2 * c.rtoMs, c.settings.tcp_rto_max_ms);
  }
  transmitSyn(c, now);
};
