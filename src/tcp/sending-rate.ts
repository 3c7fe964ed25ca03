import { before, distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { fullMss } from './path-mtu.ts';
import type { Scoreboard } from './scoreboard.ts';

/** Segments of the initial window (RFC 6928). */
const INITIAL_SEGMENTS = 10;

/** The congestion window of a new connection, in bytes: of full segments, small as the peer's window may be. */
export const initialCwnd = (c: Connection): number => INITIAL_SEGMENTS * fullMss(c);

/** Whether the congestion window has room for `size` more bytes; something may always be on the way. */
export const mayFly = (c: Connection, board: Scoreboard, size: number): boolean => {
  const { inFlight } = board;
  return inFlight <= 0 || inFlight + size <= c.cwnd;
};

/**
 * After sending (tcp_cwnd_validate): whether it is the congestion window that holds sending back. One
 * that is not used is no evidence of what the path can carry, and does not grow (RFC 7661 §3).
 * `isHeld`: something waits for more of it.
 */
export const noteUsage = (c: Connection, board: Scoreboard, isHeld: boolean): void => {
  const { inFlight } = board;
  const next = Math.min(distance(c.sndEnd, c.sndNxt), c.sndMss);
  const isLimited = isHeld || (next > 0 && inFlight + next > c.cwnd);
  const isOver = !before(c.sndUna, c.cwndUsageSeq);
  if (!isOver && !isLimited && (c.cwndLimited || inFlight <= c.maxInFlight)) return;
  c.cwndLimited = isLimited;
  c.maxInFlight = inFlight;
  c.cwndUsageSeq = c.sndNxt;
};

/** tcp_is_cwnd_limited: in slow start half of the window in use will do. */
export const isCwndLimited = (c: Connection): boolean =>
  c.cwndLimited || (c.cwnd < c.ssthresh && c.cwnd < 2 * c.maxInFlight);

/**
 * Something is sent after nothing was on the way: a window that was not used for longer than RTO is
 * halved for each RTO (RFC 5681 §4.1, tcp_cwnd_restart), where tcp_slow_start_after_idle says so.
 */
export const restartAfterIdle = (c: Connection, now: number): void => {
  if (c.lastDataSentAtMs === Number.NEGATIVE_INFINITY) return;
  const idleMs = now - c.lastDataSentAtMs;
  c.congestion.resumed(idleMs);
  if (c.settings.tcp_slow_start_after_idle === 0 || idleMs <= c.rtoMs) return;
  if (c.recovery === 'open') c.ssthresh = Math.max(c.ssthresh, (c.cwnd >>> 1) + (c.cwnd >>> 2));
  const least = Math.min(initialCwnd(c), c.cwnd);
  for (let leftMs = idleMs - c.rtoMs; leftMs > 0 && c.cwnd > least; leftMs -= c.rtoMs) {
    c.cwnd >>>= 1;
  }
  c.cwnd = Math.max(c.cwnd, least);
  c.cwndUsageSeq = c.sndNxt;
};
