import { type Connection, NEVER } from './connection.ts';
import { finish, TIME_WAIT_MS } from './ending.ts';

/**
 * FIN-WAIT-2 that no application holds waits for the peer's FIN, but not for ever: as a small
 * `TimeWait` for the last 60 s of its time, and before that (TCP_LINGER2 longer), or while a FIN is
 * just arriving, as a whole connection until `closeAtMs` (tcp_rcv_state_process, __tcp_close).
 */
export const startFinWait2 = (c: Connection, now: number, finArrives: boolean): void => {
  const waitMs = finWait2Ms(c);
  if (waitMs > TIME_WAIT_MS) {
    c.closeAtMs = now + waitMs - TIME_WAIT_MS;
    return;
  }
  c.closeAtMs = now + waitMs;
  c.becomesTimeWait = !finArrives;
};

/** TCP_LINGER2 or tcp_fin_timeout, but time enough for a few retransmissions (tcp_fin_time). */
const finWait2Ms = (c: Connection): number => {
  const seconds = c.options.linger2Seconds || c.settings.tcp_fin_timeout;
  return Math.max(seconds * 1000, c.rtoMs * 3.5);
};

/**
 * `closeAtMs` of a whole connection has come (tcp_keepalive_timer): the rest of FIN-WAIT-2 is spent as
 * a `TimeWait`, or there is none and the connection is dropped.
 */
export const closeTimeout = (c: Connection, now: number): void => {
  if (c.state !== 'FIN-WAIT-2' || !c.orphan) {
    c.closeAtMs = NEVER;
    return;
  }
  const restMs = finWait2Ms(c) - TIME_WAIT_MS;
  if (restMs <= 0) return finish(c);
  c.closeAtMs = now + Math.max(restMs, c.rtoMs * 3.5);
  c.becomesTimeWait = true;
};
