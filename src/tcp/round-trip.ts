import { after } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { tsvalAt } from './timestamp.ts';

/**
 * Takes a measured round trip into SRTT, the variation and RTO (RFC 6298 §2, as tcp_rtt_estimator has
 * it: a variation that falls does so once a round trip, and 4 * RTTVAR is not below tcp_rto_min_us).
 * A measurement also ends the back-off (RFC 6298 §5.7).
 */
export const takeRoundTrip = (c: Connection, rttMs: number): void => {
  const leastMs = c.settings.tcp_rto_min_us / 1000;
  if (c.srttMs < 0) firstRoundTrip(c, rttMs, leastMs);
  else nextRoundTrip(c, rttMs, leastMs);
  if (rttMs < c.minRttMs) c.minRttMs = rttMs;
  c.backoff = 0;
  setRto(c);
};

const firstRoundTrip = (c: Connection, rttMs: number, leastMs: number): void => {
  c.srttMs = rttMs;
  c.rttDeviationMs = 2 * rttMs;
  c.rttvarMs = Math.max(c.rttDeviationMs, leastMs);
  c.rttDeviationMaxMs = c.rttvarMs;
  c.rttSeq = c.sndNxt;
};

const nextRoundTrip = (c: Connection, rttMs: number, leastMs: number): void => {
  const error = rttMs - c.srttMs;
  c.srttMs += error / 8;
  const step = Math.abs(error) - c.rttDeviationMs / 4;
  // A round trip that got shorter must not lengthen the time-out as one that got longer does.
  c.rttDeviationMs += error < 0 && step > 0 ? step / 8 : step;
  if (c.rttDeviationMs > c.rttDeviationMaxMs) {
    c.rttDeviationMaxMs = c.rttDeviationMs;
    if (c.rttDeviationMaxMs > c.rttvarMs) c.rttvarMs = c.rttDeviationMaxMs;
  }
  if (!after(c.sndUna, c.rttSeq)) return;
  if (c.rttDeviationMaxMs < c.rttvarMs) c.rttvarMs -= (c.rttvarMs - c.rttDeviationMaxMs) / 4;
  c.rttSeq = c.sndNxt;
  c.rttDeviationMaxMs = leastMs;
};

const setRto = (c: Connection): void => {
  c.rtoMs = Math.min(c.srttMs + c.rttvarMs, c.settings.tcp_rto_max_ms);
};

/** RTO is set anew from what is known, as after a back-off that proved needless. */
export const restoreRto = (c: Connection): void => {
  if (c.srttMs >= 0) setRto(c);
  c.backoff = 0;
};

/** The round trip that an echoed timestamp tells (RFC 7323 §4.1), in ms; -1 if it tells none. */
export const echoedRoundTrip = (c: Connection, tsecr: number, now: number): number => {
  const ms = (tsvalAt(c.tsOffset, now) - tsecr) | 0;
  return tsecr !== 0 && ms >= 0 ? ms : -1;
};
