import { describe, expect, it } from 'vitest';
import { atClient, atServer, type Crossing, relateClocks } from './clocks.ts';

/** A path of 10 ms there and 30 ms back, with queues now and then; the server's clock as told. */
const path = (offsetMs: number, drift: number, everyMs: number, count: number): Crossing[] =>
  Array.from({ length: count }, (_, index) => {
    const sentMs = 1_700_000_000_000 + index * everyMs;
    const clockAt = (ms: number) => ms + offsetMs + (ms - 1_700_000_000_000) * drift;
    const queueMs = index % 5 === 0 ? 0 : (index * 7) % 40;
    const fromClient = index % 2 === 0;
    return fromClient
      ? { fromClient, clientMs: sentMs, serverMs: clockAt(sentMs + 10 + queueMs) }
      : { fromClient, clientMs: sentMs + 30 + queueMs, serverMs: clockAt(sentMs) };
  });

describe('two clocks', () => {
  it('differ by something between the two fastest crossings', () => {
    // There at least offset + 10, back at most offset - 30: the middle, -10 ms off, give or take 20.
    const relation = relateClocks(path(5000, 0, 10, 100));
    expect(relation?.offsetMs).toBeCloseTo(4990, 6);
    expect(relation?.plusMinusMs).toBeCloseTo(20, 6);
    expect(relation?.driftMsPerSecond).toBe(0);
    expect(relation?.crossings).toBe(100);
  });

  it('one may run faster', () => {
    // 50 parts in a million over 200 s are 10 ms in all.
    const relation = relateClocks(path(-3000, 50e-6, 100, 2000));
    expect(relation?.driftMsPerSecond).toBeCloseTo(0.05, 3);
    expect(relation?.offsetMs).toBeGreaterThan(-3031);
    expect(relation?.offsetMs).toBeLessThan(-2989);
    expect(relation?.plusMinusMs).toBeLessThan(22);
  });

  it('cannot be compared by segments of one direction alone', () => {
    expect(relateClocks(path(0, 0, 10, 40).filter(({ fromClient }) => fromClient))).toBeUndefined();
    expect(relateClocks([])).toBeUndefined();
  });

  it('are read there and back', () => {
    const relation = relateClocks(path(1234, 20e-6, 100, 2000));
    if (relation === undefined) throw new Error('no relation');
    const ms = 1_700_000_100_000;
    expect(atClient(relation, atServer(relation, ms))).toBeCloseTo(ms, 3);
  });
});
