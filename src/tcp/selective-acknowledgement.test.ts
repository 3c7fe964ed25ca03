import { describe, expect, it } from 'vitest';
import { add } from '../wire/sequence.ts';
import { Bench, ISS } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { send } from './user-calls.ts';

const MSS = 1000;
const START = add(ISS, 1);

/** A connection with SACK and so many segments of 1000 bytes on their way, a window of ten allowed. */
const sending = (bench: Bench, segments: number): Connection => {
  const c = bench.open();
  // A round trip: without one, whatever is passed over counts as lost at once.
  bench.later(10);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: MSS, sackPermitted: true, window: 60_000 });
  send(c, new Uint8Array(segments * MSS), 0, segments * MSS, bench.now);
  bench.replies();
  bench.later(10);
  return c;
};

/** SACK blocks, in bytes from the first that was sent. */
const blocks = (...edges: number[]) => {
  const sack = new Int32Array(8);
  edges.forEach((edge, at) => {
    sack[at] = add(START, edge);
  });
  return { sackBlocks: edges.length / 2, sack };
};

describe('SACK blocks (RFC 2018 §5)', () => {
  it('count on an ACK that was overtaken as well', () => {
    const bench = new Bench();
    const c = sending(bench, 5);
    bench.arrive(c, `. 1(0) ack ${1 + MSS}`);
    expect(c.scoreboard?.sackedBytes).toBe(0);
    bench.arrive(c, '. 1(0) ack 1', blocks(2 * MSS, 3 * MSS));
    expect(c.scoreboard?.sackedBytes).toBe(MSS);
  });

  it('do not let the window grow a second time when they are acknowledged (RFC 5681 §3.1)', () => {
    const bench = new Bench();
    const c = sending(bench, 10);
    const before = c.cwnd;
    c.cwndLimited = true;
    bench.arrive(c, '. 1(0) ack 1', blocks(MSS, 2 * MSS));
    const afterSack = c.cwnd;
    bench.arrive(c, `. 1(0) ack ${1 + 2 * MSS}`);
    // Two segments were delivered in all: slow start grows by no more than those.
    expect(afterSack - before).toBeLessThanOrEqual(MSS);
    expect(c.cwnd - before).toBeLessThanOrEqual(2 * MSS);
  });

  it('above a cumulative ACK are no sign of reordering (RFC 8985 §6.2 step 3)', () => {
    const bench = new Bench();
    const c = sending(bench, 6);
    bench.arrive(c, `. 1(0) ack ${1 + MSS}`, blocks(2 * MSS, 3 * MSS));
    expect(c.reorderingSeen).toBe(0);
    // A segment that was passed over arrives after all, not sent again: that is reordering.
    bench.arrive(c, `. 1(0) ack ${1 + 3 * MSS}`);
    expect(c.reorderingSeen).toBe(1);
  });

  it('and several late segments that one ACK tells of count once (tcp_check_sack_reordering)', () => {
    const bench = new Bench();
    const c = sending(bench, 6);
    bench.arrive(c, '. 1(0) ack 1', blocks(5 * MSS, 6 * MSS));
    bench.arrive(c, `. 1(0) ack ${1 + 4 * MSS}`);
    expect([c.reorderingSeen, c.reorderingDegree]).toEqual([1, 6]);
  });
});
