import { describe, expect, it } from 'vitest';
import { afterBatch } from './ack-policy.ts';
import { Bench, segment } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { assertInvariants } from './invariants.ts';
import { segmentArrives } from './segment-arrives/segment-arrives.ts';
import { deadline, timeout } from './timeouts.ts';
import { send, shutdown } from './user-calls.ts';

const MSS = 1000;
const FULL = { window: 50_000 };

/** Established over a link that cuts so many bytes of text; the congestion window is ten segments. */
const established = (bench: Bench, segmentation: number): Connection => {
  bench.segmentation = segmentation;
  const c = bench.open();
  bench.later(4);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: MSS, ...FULL });
  bench.replies();
  return c;
};

const write = (bench: Bench, c: Connection, length: number): string[] => {
  send(c, new Uint8Array(length), 0, length, bench.now);
  assertInvariants(c);
  return bench.replies();
};

describe('a link that cuts segments (TSO)', () => {
  it('gets as many at once as it takes and the congestion window allows', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    // Half of the window in a packet (tcp_cwnd_test), PSH at the end of each (__tcp_transmit_skb).
    expect(write(bench, c, 12_500)).toEqual(['P. 1(5000) ack 1', 'P. 5001(5000) ack 1']);
    expect(bench.last.segmentSize).toBe(MSS);
    // Slow start: two segments for each that is acknowledged, the tail included.
    expect(bench.arrive(c, '. 0(0) ack 2001', { ...FULL, seq: c.rcvNxt })).toEqual([
      'P. 10001(2500) ack 1',
    ]);
    expect(bench.last.segmentSize).toBe(MSS);
  });

  it('gets whole segments only, up to its limit', () => {
    const bench = new Bench();
    const c = established(bench, 4500);
    expect(write(bench, c, 10_000)).toEqual([
      '. 1(4000) ack 1',
      'P. 4001(1000) ack 1',
      '. 5001(4000) ack 1',
      'P. 9001(1000) ack 1',
    ]);
  });

  it('is told of nothing to cut in a single segment', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    write(bench, c, MSS);
    expect(bench.last.segmentSize).toBe(0);
  });

  it('gets the FIN together with the last text', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    // The congestion window is full, so the rest waits and the FIN with it.
    write(bench, c, 10_000);
    expect(write(bench, c, 1500)).toEqual([]);
    shutdown(c, 'write', bench.now);
    expect(bench.arrive(c, '. 0(0) ack 10001', { ...FULL, seq: c.rcvNxt })).toEqual([
      'FP. 10001(1500) ack 1',
    ]);
    expect(bench.last.segmentSize).toBe(MSS);
  });

  it('counts segments, not what leaves: one that is lost is sent again alone', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    write(bench, c, 5000);
    expect(c.scoreboard?.count).toBe(5);
    bench.now = deadline(c);
    timeout(c, bench.now);
    expect(bench.replies()).toEqual(['. 1(1000) ack 1']);
  });

  it('gets urgent text segment by segment, since the pointer counts from each', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    send(c, new Uint8Array(3000), 0, 3000, bench.now, true);
    expect(bench.replies()).toHaveLength(3);
  });
});

describe('a link that puts segments together (GRO)', () => {
  it('tells how large they were, by which acknowledgements are paced', () => {
    const bench = new Bench();
    const c = established(bench, 0);
    bench.arrive(c, '. nxt(8000) ack 1', { segmentSize: MSS });
    expect(c.rcvMss).toBe(MSS);
  });

  it('without that word a segment counts for no more than was advertised', () => {
    const bench = new Bench();
    const c = established(bench, 0);
    bench.arrive(c, '. nxt(8000) ack 1');
    expect(c.rcvMss).toBe(1460);
  });
});

describe('segments of one batch', () => {
  const take = (bench: Bench, c: Connection, text: string): string[] => {
    segmentArrives(c, segment(text, c, FULL), bench.now, true);
    return bench.replies();
  };

  it('are acknowledged once, after the last', () => {
    const bench = new Bench();
    const c = established(bench, 0);
    for (let count = 0; count < 4; count += 1) {
      expect(take(bench, c, '. nxt(1000) ack 1')).toEqual([]);
      expect(c.answerPutOff).toBe(true);
    }
    afterBatch(c, bench.now);
    assertInvariants(c);
    expect(bench.replies()).toEqual(['. 1(0) ack 4001']);
    expect(c.answerPutOff).toBe(false);
  });

  it('let new text go once, after the last acknowledgement', () => {
    const bench = new Bench();
    const c = established(bench, 60_000);
    write(bench, c, 30_000);
    for (const ack of [2001, 4001, 6001]) {
      expect(take(bench, c, `. 1(0) ack ${ack}`)).toEqual([]);
    }
    afterBatch(c, bench.now);
    // 16 segments of window, half of it a packet.
    expect(bench.replies()).toEqual(['P. 10001(8000) ack 1', 'P. 18001(4000) ack 1']);
  });

  it('but anything out of the ordinary is answered as it comes', () => {
    const bench = new Bench();
    const c = established(bench, 0);
    expect(take(bench, c, '. nxt+1000(1000) ack 1')).toEqual(['. 1(0) ack 1']);
    expect(c.answerPutOff).toBe(false);
  });
});
