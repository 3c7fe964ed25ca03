import { type Connection, NEVER } from './connection.ts';
import { abort } from './ending.ts';
import { probePeer } from './window-probe.ts';

/** TCP_KEEPIDLE, TCP_KEEPINTVL (ms) and TCP_KEEPCNT, or the sysctl where they are not set. */
const idleMs = (c: Connection): number =>
  c.options.keepaliveIdleMs >= 0 ? c.options.keepaliveIdleMs : c.settings.tcp_keepalive_time * 1000;
const intervalMs = (c: Connection): number =>
  c.options.keepaliveIntervalMs >= 0
    ? c.options.keepaliveIntervalMs
    : c.settings.tcp_keepalive_intvl * 1000;
const mostProbes = (c: Connection): number =>
  c.options.keepaliveCount >= 0 ? c.options.keepaliveCount : c.settings.tcp_keepalive_probes;

/**
 * SO_KEEPALIVE or one of its times was set, or the connection was established: the timer runs if it
 * should, from the last sign of life on.
 */
export const restartKeepalive = (c: Connection, now: number): void => {
  if (!c.options.keepalive || c.state === 'CLOSED' || c.state === 'SYN-SENT') {
    c.keepaliveAtMs = NEVER;
    return;
  }
  c.keepaliveAtMs = Math.max(now, lastSignOfLife(c) + idleMs(c));
};

const lastSignOfLife = (c: Connection): number =>
  Math.max(c.lastReceivedAtMs, c.lastTextReceivedAtMs);

/**
 * The keepalive timer (tcp_keepalive_timer, RFC 9293 §3.8.4). Whatever was heard since it was set only
 * puts it off. After the last probe without an answer, or once TCP_USER_TIMEOUT has passed since the
 * last sign of life, a reset leaves and the application gets ETIMEDOUT.
 */
export const keepaliveTimeout = (c: Connection, now: number): void => {
  c.keepaliveAtMs = NEVER;
  if (!c.options.keepalive || c.state === 'SYN-SENT') return;
  if (hasWork(c)) {
    // Retransmissions and window probes find out as well.
    c.keepaliveAtMs = now + idleMs(c);
    return;
  }
  // A moment, not a span: what is left of a span may round to nothing, and the timer fire for ever.
  const dueAtMs = lastSignOfLife(c) + idleMs(c);
  if (now < dueAtMs) {
    c.keepaliveAtMs = dueAtMs;
    return;
  }
  if (c.options.userTimeoutMs > 0) {
    const isOver = now >= lastSignOfLife(c) + c.options.userTimeoutMs && c.keepaliveProbes > 0;
    if (isOver) return abort(c, 'user-timeout', now);
  } else if (c.keepaliveProbes >= mostProbes(c)) return abort(c, 'keepalive-timeout', now);
  probePeer(c, now);
  c.keepaliveProbes += 1;
  c.keepaliveAtMs = now + intervalMs(c);
};

const hasWork = (c: Connection): boolean =>
  c.scoreboard !== undefined || c.sendBuffer.length > 0 || c.finQueued !== c.finSent;
