import type { Connection } from '../connection.ts';

/**
 * How one connection probes for bandwidth and yields it, in the spirit of Linux's tcp_congestion_ops.
 * It reads the connection and owns its congestion window in slow start and congestion avoidance; when
 * to reduce, and the window during recovery (RFC 6937), is decided in `loss-recovery.ts`. Windows and
 * amounts are bytes, times milliseconds.
 */
export interface CongestionControl {
  readonly name: 'cubic' | 'reno';
  /** New data was acknowledged while the window was what held sending back (RFC 5681 §3.1). */
  acknowledged(c: Connection, bytes: number, now: number): void;
  /** An acknowledgement of new data measured a round trip; before `acknowledged` of the same. */
  measured(c: Connection, rttMs: number, now: number): void;
  /** The slow start threshold after a loss or a congestion mark, not below two segments. */
  reducedThreshold(c: Connection): number;
  /** A time-out: what was learnt of the path is worth nothing any more. */
  timedOut(): void;
  /** Sending goes on after `idleMs` in which nothing was in flight. */
  resumed(idleMs: number): void;
}

/** Linux's `snd_cwnd_clamp` has no such bound in bytes; sequence space has. */
const MOST = 0x4000_0000;

/** Grows the window by `bytes`. */
export const widen = (c: Connection, bytes: number): void => {
  c.cwnd = Math.min(MOST, c.cwnd + bytes);
};

/**
 * Slow start (RFC 5681 §3.1 with L as in Linux: what is acknowledged, in full). Gives what remains of
 * `bytes` once the threshold is reached.
 */
export const slowStart = (c: Connection, bytes: number): number => {
  const used = Math.min(bytes, c.ssthresh - c.cwnd);
  widen(c, used);
  return bytes - used;
};
