import { describe, expect, it } from 'vitest';
import type { Segment } from '../wire/segment.ts';
import { Bench } from './bench.fixture.ts';
import { sendingTimes } from './chronograph.ts';
import type { Connection } from './connection.ts';
import { awaitSpace, isAwaitingSpace, isWritable } from './send-memory.ts';
import { deadline, timeout } from './timeouts.ts';
import { send } from './user-calls.ts';

/** Without timestamps: a full segment has as many bytes as the peer's MSS says. */
const established = (
  bench: Bench,
  { rttMs = 4, sendBuffer = 65_536, ...more }: Partial<Segment> & Record<string, number> = {},
): Connection => {
  bench.settings.tcp_timestamps = 0;
  const c = bench.open((opened) => {
    opened.sendBuffer.capacity = sendBuffer;
  });
  bench.later(rttMs);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1000, window: 50_000, sackPermitted: true, ...more });
  bench.replies();
  return c;
};

const write = (bench: Bench, c: Connection, length: number, isRecord = false) =>
  send(c, new Uint8Array(length), 0, length, bench.now, false, false, isRecord);

/** An acknowledgement, and what leaves after it. */
const acknowledge = (bench: Bench, c: Connection, ack: number, window: number): string[] =>
  bench.arrive(c, `. 1(0) ack ${ack}`, { window });

describe('SO_SNDBUF', () => {
  it('counts buffers with what each costs, and fills the last one up: what Linux 6.18 was seen to take', () => {
    const bench = new Bench();
    const c = established(bench, { mss: 1460 });
    expect(write(bench, c, 100_000)).toBe(64_240);
    expect(write(bench, c, 1)).toBe('EAGAIN');
  });

  it('lets a writer that waits go on once a third is free, no sooner (sk_stream_write_space)', () => {
    const bench = new Bench();
    bench.settings.tcp_min_tso_segs = 10;
    const c = established(bench, { rttMs: 100, sendBuffer: 42_000 });
    // Seen on Linux 6.18: 60000 of 61000 bytes; 30001 does not wake the writer, 35001 does.
    expect(write(bench, c, 61_000)).toBe(60_000);
    bench.later(100);
    acknowledge(bench, c, 10_001, 50_000);
    bench.later(100);
    acknowledge(bench, c, 30_001, 50_000);
    expect([isAwaitingSpace(c), isWritable(c)]).toEqual([true, false]);
    bench.later(100);
    acknowledge(bench, c, 35_001, 50_000);
    expect([isAwaitingSpace(c), isWritable(c)]).toEqual([false, true]);
  });

  it('that was not set grows with the congestion window, but only for a writer that waits', () => {
    const bench = new Bench();
    const c = established(bench, { sendBuffer: 50_000 });
    c.sendBufferLocked = false;
    write(bench, c, 10_000);
    acknowledge(bench, c, 10_001, 50_000);
    expect(c.sendBuffer.capacity).toBe(50_000);
    awaitSpace(c);
    expect(isAwaitingSpace(c)).toBe(false);
    write(bench, c, 20_000);
    awaitSpace(c);
    bench.later(4);
    acknowledge(bench, c, 11_001, 50_000);
    // 21 segments now; each counts 2048 bytes, the next power of two, and 256 (tcp_sndbuf_expand), twice.
    expect(c.sendBuffer.capacity).toBe(2 * 21 * 2304);
  });

  it('is not all that counts: TCP_NOTSENT_LOWAT holds back what could not be sent', () => {
    const bench = new Bench();
    const c = established(bench, { window: 32_896, sendBuffer: 50_000 });
    c.options = { ...c.options, notSentLowat: 32_000 };
    // Seen on Linux 6.18: 10000 are sent, and a buffer of 16000 is begun while less than 32000 are not.
    expect(write(bench, c, 59_000)).toBe(42_000);
  });
});

describe('PSH', () => {
  it('ends each packet of several segments, half a congestion window at most', () => {
    const bench = new Bench();
    const c = established(bench, { rttMs: 0, mss: 88 });
    write(bench, c, 3000);
    const flags = bench.replies().map((reply) => reply.split(' ')[0]);
    expect(flags).toEqual(['.', '.', '.', '.', 'P.', '.', '.', '.', '.', 'P.']);
  });

  it('is sent again with a retransmission that ends a write, and with no other', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 2000);
    expect(bench.replies()).toEqual(['. 1(1000) ack 1', 'P. 1001(1000) ack 1']);
    for (let round = 0; round < 2; round += 1) {
      bench.now = deadline(c);
      timeout(c, bench.now);
    }
    // A probe of the tail, then the time-out.
    expect(bench.replies()).toEqual(['P. 1001(1000) ack 1', '. 1(1000) ack 1']);
  });
});

describe('MSG_EOR', () => {
  it('ends a segment: nothing that is written later shares it', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 10_400);
    write(bench, c, 400, true);
    write(bench, c, 400, true);
    write(bench, c, 2000);
    bench.replies();
    expect(acknowledge(bench, c, 10_001, 50_000)).toEqual([
      'P. 10001(800) ack 1',
      'P. 10801(400) ack 1',
      '. 11201(1000) ack 1',
      'P. 12201(1000) ack 1',
    ]);
  });
});

describe('a packet that could grow', () => {
  const afterOneOfTen = (rttMs: number, laterMs: number): string[] => {
    const bench = new Bench();
    const c = established(bench, { rttMs });
    write(bench, c, 30_000);
    bench.replies();
    bench.later(laterMs);
    return acknowledge(bench, c, 1001, 50_000);
  };

  it('waits where the next acknowledgement must be near (tcp_tso_should_defer)', () => {
    // Two more may be on the way, which is less than a third of the window.
    expect(afterOneOfTen(0, 0)).toEqual([]);
    expect(afterOneOfTen(4, 0)).toHaveLength(2);
  });

  it('does not where nothing was sent within the last millisecond', () => {
    expect(afterOneOfTen(1, 0.9)).toEqual([]);
    expect(afterOneOfTen(1, 1)).toHaveLength(2);
  });
});

describe('what a connection waited for', () => {
  it('is told apart: the window of the peer, the send buffer, and being busy at all (tcp_chrono)', () => {
    const bench = new Bench();
    const c = established(bench, { sendBuffer: 20_000 });
    const times = () => sendingTimes(c, bench.now);
    bench.later(50);
    expect(times()).toEqual({ busyMs: 0, rwndLimitedMs: 0, sndbufLimitedMs: 0 });
    acknowledge(bench, c, 1, 0);
    write(bench, c, 1000);
    bench.later(100);
    expect(times()).toEqual({ busyMs: 100, rwndLimitedMs: 100, sndbufLimitedMs: 0 });
    acknowledge(bench, c, 1, 50_000);
    bench.later(30);
    acknowledge(bench, c, 1001, 50_000);
    bench.later(500);
    expect(times()).toEqual({ busyMs: 130, rwndLimitedMs: 100, sndbufLimitedMs: 0 });
    expect(write(bench, c, 40_000)).toBeLessThan(40_000);
    const written = c.sndEnd - c.iss;
    // The congestion window is not what holds it: tcp_is_cwnd_limited looks at that first.
    c.cwnd = 100_000;
    c.ssthresh = 1000;
    bench.later(4);
    acknowledge(bench, c, 11_001, 50_000);
    expect(c.sndNxt).toBe(c.sndEnd);
    bench.later(20);
    acknowledge(bench, c, written, 50_000);
    bench.later(500);
    expect(times()).toEqual({ busyMs: 154, rwndLimitedMs: 100, sndbufLimitedMs: 20 });
  });
});
