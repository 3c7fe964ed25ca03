import { describe, expect, it } from 'vitest';
import { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { deadline, timeout } from './timeouts.ts';
import { send } from './user-calls.ts';

/** Established after a round trip of 100 ms: RTO is 300 ms. */
const established = (bench: Bench): Connection => {
  const c = bench.open();
  bench.later(100);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1000, sackPermitted: true });
  bench.replies();
  return c;
};

const write = (bench: Bench, c: Connection, length: number) =>
  send(c, new Uint8Array(length), 0, length, bench.now);

/** The next `count` time-outs: how long each took, and what left. */
const expire = (bench: Bench, c: Connection, count: number): [number, string[]][] =>
  Array.from({ length: count }, () => {
    const began = bench.now;
    bench.now = deadline(c);
    timeout(c, bench.now);
    return [bench.now - began, bench.replies()];
  });

describe('a device that takes nothing', () => {
  it('gets text again every 500 ms, without backing off (TCP_RESOURCE_PROBE_INTERVAL)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.congested = true;
    expect(write(bench, c, 24)).toBe(24);
    expect(expire(bench, c, 3)).toEqual([
      [300, []],
      [500, []],
      [500, []],
    ]);
    expect([c.windowProbes, c.backoff, c.sndNxt - c.iss]).toEqual([3, 0, 1]);
    bench.congested = false;
    expect(expire(bench, c, 1)).toEqual([[500, ['P. 1(24) ack 1']]]);
  });

  it('counts as congestion of the network: the window shrinks once (tcp_enter_cwr)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.congested = true;
    write(bench, c, 10);
    // Reno: half of ten segments of 1000 bytes.
    expect([c.recovery, c.ssthresh]).toEqual(['cwr', 5000]);
    write(bench, c, 10);
    expect(c.ssthresh).toBe(5000);
  });

  it('ends with TCP_USER_TIMEOUT, counted from the first try', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, userTimeoutMs: 1200 };
    bench.congested = true;
    write(bench, c, 24);
    expect(expire(bench, c, 4).map(([ms]) => ms)).toEqual([300, 500, 500, 200]);
    expect(c.error?.errno).toBe('ETIMEDOUT');
  });

  it('also holds back retransmissions, which do not back off either', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.settings.tcp_early_retrans = 0;
    write(bench, c, 24);
    expect(bench.replies()).toHaveLength(1);
    bench.congested = true;
    const rtoMs = c.rtoMs;
    expect(expire(bench, c, 2)).toEqual([
      [300, []],
      [500, []],
    ]);
    expect(c.rtoMs).toBe(rtoMs);
    bench.congested = false;
    expect(expire(bench, c, 1)).toEqual([[500, ['P. 1(24) ack 1']]]);
  });
});
