import { describe, expect, it } from 'vitest';
import { Bench } from '../bench.fixture.ts';
import type { Connection } from '../connection.ts';
import { newCongestionControl } from './algorithms.ts';

const MSS = 1000;

/** In slow start with 20 segments; 30,000 bytes are on the way, of which none is acknowledged. */
const starting = (): Connection => {
  const c = new Bench().open();
  c.sndMss = MSS;
  c.cwnd = 20 * MSS;
  c.srttMs = 200;
  c.sndUna = 1;
  c.sndNxt = 30_001;
  return c;
};

const ENDLESS = 0x7fff_ffff;

describe('HyStart (RFC 9406 §4.2, hystart_update)', () => {
  it('ends slow start at the ninth round trip that is longer by an eighth', () => {
    const cubic = newCongestionControl('cubic');
    const c = starting();
    cubic.measured(c, 200, 0);
    c.sndUna = 30_002;
    c.sndNxt = 60_001;
    for (let at = 1; at <= 8; at += 1) cubic.measured(c, 217, at * 10);
    expect(c.ssthresh).toBe(ENDLESS);
    cubic.measured(c, 217, 90);
    expect(c.ssthresh).toBe(20 * MSS);
  });

  it('is not misled by round trips within 16 ms of the shortest', () => {
    const cubic = newCongestionControl('cubic');
    const c = starting();
    for (let at = 0; at < 20; at += 1) cubic.measured(c, at === 0 ? 200 : 216, at * 10);
    expect(c.ssthresh).toBe(ENDLESS);
  });

  it('ends it when a train of acknowledgements is as long as half the shortest round trip', () => {
    const cubic = newCongestionControl('cubic');
    const c = starting();
    for (let now = 0; now <= 100; now += 2) cubic.measured(c, 200, now);
    expect(c.ssthresh).toBe(ENDLESS);
    // 200 ms and 1 ms for the sender's own burst, halved.
    cubic.measured(c, 200, 101);
    expect(c.ssthresh).toBe(20 * MSS);
  });

  it('leaves small windows alone', () => {
    const cubic = newCongestionControl('cubic');
    const c = starting();
    c.cwnd = 15 * MSS;
    for (let now = 0; now <= 200; now += 2) cubic.measured(c, 200 + now, now);
    expect(c.ssthresh).toBe(ENDLESS);
  });
});
