import { describe, expect, it } from 'vitest';
import { Bench } from '../bench.fixture.ts';
import type { Connection } from '../connection.ts';
import { newCongestionControl } from './algorithms.ts';
import type { CongestionControl } from './congestion-control.ts';

const MSS = 1000;

/** A connection with a window of that many segments, above its threshold. */
const avoiding = (segments: number): Connection => {
  const c = new Bench().open();
  c.sndMss = MSS;
  c.cwnd = segments * MSS;
  c.ssthresh = MSS;
  return c;
};

/** A round trip: the whole window is acknowledged, two segments at a time. */
const roundTrip = (algorithm: CongestionControl, c: Connection, atMs: number): void => {
  const window = c.cwnd;
  for (let acked = 0; acked < window; acked += 2 * MSS) {
    algorithm.acknowledged(c, Math.min(2 * MSS, window - acked), atMs);
  }
};

describe('Reno (RFC 5681)', () => {
  it('grows by what is acknowledged up to the threshold, then by one segment a round trip', () => {
    const reno = newCongestionControl('reno');
    const c = avoiding(4);
    c.ssthresh = 6 * MSS;
    reno.acknowledged(c, 2 * MSS, 0);
    expect(c.cwnd).toBe(6 * MSS);
    for (let round = 1; round <= 5; round += 1) roundTrip(reno, c, round * 100);
    expect(c.cwnd).toBe(11 * MSS);
  });

  it('halves, but not below two segments (equation 4)', () => {
    const reno = newCongestionControl('reno');
    expect(reno.reducedThreshold(avoiding(11))).toBe(5500);
    expect(reno.reducedThreshold(avoiding(3))).toBe(2 * MSS);
  });
});

describe('CUBIC (RFC 9438)', () => {
  /** After a loss at 100 segments the window is 70; K = cbrt((100 - 70) / 0.4) = cbrt(75) = 4.217 s. */
  const afterLoss = (): { cubic: CongestionControl; c: Connection } => {
    const cubic = newCongestionControl('cubic');
    const c = avoiding(100);
    c.ssthresh = cubic.reducedThreshold(c);
    expect(c.ssthresh).toBe(70 * MSS);
    c.cwnd = c.ssthresh;
    return { cubic, c };
  };

  /** Round trips of 200 ms, long enough that Reno would be slower; an ACK each 10 ms. */
  const follow = (cubic: CongestionControl, c: Connection, untilMs: number): void => {
    c.minRttMs = 200;
    for (let now = 0; now <= untilMs; now += 10) cubic.acknowledged(c, c.cwnd / 20, now);
  };

  it.each([
    // 0.4 * (1 - 4.217)^3 + 100 = 86.68; 0.4 * (2.1 - 4.217)^3 + 100 = 96.20.
    [1000, 86.68],
    [2100, 96.2],
    // Flat around the plateau, then beyond it: 0.4 * (8 - 4.217)^3 + 100 = 121.65.
    [4217, 100],
    [8000, 121.65],
  ])('has followed W(t) = C (t - K)^3 + W_max %d ms after the reduction', (atMs, expected) => {
    const { cubic, c } = afterLoss();
    follow(cubic, c, atMs);
    expect(Math.abs(c.cwnd / MSS - expected)).toBeLessThan(1);
  });

  it('lowers its plateau by fast convergence if the next loss comes before it is reached (§4.7)', () => {
    const { cubic, c } = afterLoss();
    c.cwnd = 90 * MSS;
    c.ssthresh = cubic.reducedThreshold(c);
    expect(c.ssthresh).toBe(63 * MSS);
    c.cwnd = c.ssthresh;
    // W_max = 90 * 1.7 / 2 = 76.5; K = cbrt(13.5 / 0.4) = 3.23 s: there it is flat.
    follow(cubic, c, 3230);
    expect(Math.abs(c.cwnd / MSS - 76.5)).toBeLessThan(1);
  });

  it('is no slower than Reno with the same decrease where round trips are short and windows small (§4.3)', () => {
    const cubic = newCongestionControl('cubic');
    const c = avoiding(10);
    c.ssthresh = cubic.reducedThreshold(c);
    c.cwnd = c.ssthresh;
    c.minRttMs = 40;
    // alpha = 3 * 0.3 / 1.7 = 0.529 segments a round trip: 7 + 5 * 0.529 = 9.6 after five, nine whole
    // ones; its own curve would be at 10 + 0.4 * (0.24 - 1.957)^3 = 7.98.
    for (let round = 1; round <= 5; round += 1) roundTrip(cubic, c, 40 * round);
    expect(c.cwnd).toBe(9 * MSS);
  });

  it('after a time-out begins anew where slow start ended, whatever window there was before (§4.8)', () => {
    const { cubic, c } = afterLoss();
    cubic.timedOut();
    // 0.4 * (2.1 + 0.2)^3 + 70 = 74.9, and not the 96.2 of the curve towards 100.
    follow(cubic, c, 2100);
    expect(Math.abs(c.cwnd / MSS - 74.9)).toBeLessThan(1);
  });

  it('does not count idle time as time to grow in (§5.8)', () => {
    const { cubic, c } = afterLoss();
    cubic.acknowledged(c, MSS, 1);
    cubic.resumed(8000);
    cubic.acknowledged(c, c.cwnd, 8001);
    // As at the beginning, one round trip of a window that is allowed 1.5 times at most.
    expect(c.cwnd / MSS).toBeLessThan(71);
  });
});
