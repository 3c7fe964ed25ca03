import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { add, before } from '../wire/sequence.ts';
import { Bench, IRS } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { deadline, timeout } from './timeouts.ts';
import { receive, send } from './user-calls.ts';

const established = (bench: Bench, more: Parameters<Bench['arrive']>[2] = {}): Connection => {
  const c = bench.open();
  bench.later(4);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, windowScale: 7, sackPermitted: true, ...more });
  return c;
};

const read = (bench: Bench, c: Connection, length: number): string[] => {
  receive(c, new Uint8Array(length), 0, length, bench.now);
  return bench.replies();
};

/** SACK blocks of the last segment sent, counted from the peer's SYN. */
const sack = (bench: Bench): number[] =>
  [...bench.last.sack.subarray(0, 2 * bench.last.sackBlocks)].map((seq) => add(seq, -IRS));

describe('acknowledgements', () => {
  it('leave at once for the first segments of a connection (quick ACKs)', () => {
    const bench = new Bench();
    const c = established(bench);
    for (let at = 1; at < 1000; at += 100) {
      expect(bench.arrive(c, `P. ${at}(100) ack 1`)).toEqual([`. 1(0) ack ${at + 100}`]);
    }
  });

  /** A connection that answers, so that it counts as interactive. */
  const interactive = (bench: Bench): Connection => {
    const c = established(bench);
    bench.arrive(c, 'P. 1(100) ack 1');
    send(c, new Uint8Array(10), 0, 10, bench.now);
    bench.arrive(c, '. 101(0) ack 11');
    bench.replies();
    return c;
  };

  it('wait 40 ms for a reply to carry them, once replies were seen', () => {
    const bench = new Bench();
    const c = interactive(bench);
    bench.later(1000);
    expect(bench.arrive(c, 'P. 101(100) ack 11')).toEqual([]);
    expect(deadline(c) - bench.now).toBe(40);
    bench.now = deadline(c);
    timeout(c, bench.now);
    expect(bench.replies()).toEqual(['. 11(0) ack 201']);
  });

  it('go with the reply, and no pure one follows', () => {
    const bench = new Bench();
    const c = interactive(bench);
    bench.arrive(c, 'P. 101(100) ack 11');
    send(c, new Uint8Array(10), 0, 10, bench.now);
    expect(bench.replies()).toEqual(['P. 11(10) ack 201']);
    expect(c.delayedAckAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('come for every second full segment (RFC 9293 §3.8.6.3)', () => {
    const bench = new Bench();
    const c = interactive(bench);
    expect(bench.arrive(c, '. 101(1460) ack 11')).toEqual([]);
    expect(read(bench, c, 2000)).toEqual([]);
    expect(bench.arrive(c, '. 1561(1460) ack 11')).toEqual(['. 11(0) ack 3021']);
    expect(bench.arrive(c, '. 3021(1460) ack 11')).toEqual([]);
  });

  it('of a FIN in ESTABLISHED wait for a close of this side', () => {
    const bench = new Bench();
    const c = interactive(bench);
    expect(bench.arrive(c, 'F. 101(0) ack 11')).toEqual([]);
    expect(deadline(c) - bench.now).toBeLessThanOrEqual(40);
  });
});

describe('text out of order', () => {
  it('is acknowledged at once, with its place told, and put in order when the gap closes', () => {
    const bench = new Bench();
    const c = established(bench);
    expect(bench.arrive(c, '. 101(100) ack 1')).toEqual(['. 1(0) ack 1']);
    expect(sack(bench)).toEqual([101, 201]);
    bench.arrive(c, '. 301(100) ack 1');
    expect(sack(bench)).toEqual([301, 401, 101, 201]);
    expect(bench.arrive(c, '. 1(100) ack 1')).toEqual(['. 1(0) ack 201']);
    expect(sack(bench)).toEqual([301, 401]);
    expect(bench.arrive(c, '. 201(100) ack 1')).toEqual(['. 1(0) ack 401']);
    expect(sack(bench)).toEqual([]);
    expect(c.receiveBuffer.readable).toBe(400);
  });

  it('whose gap closes is acknowledged at once, even where replies are waited for (RFC 5681 §4.2)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 101(100) ack 1');
    c.pingPong = true;
    expect(bench.arrive(c, '. 1(100) ack 1')).toEqual(['. 1(0) ack 201']);
    c.pingPong = true;
    expect(bench.arrive(c, '. 201(100) ack 1')).toEqual([]);
  });

  it('that comes twice is told of as a duplicate (RFC 2883)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 1(100) ack 1');
    expect(bench.arrive(c, '. 51(100) ack 1')).toEqual(['. 1(0) ack 151']);
    expect(sack(bench)).toEqual([51, 101]);
  });

  it('that closes a gap and more is told of where it came twice (tcp_ofo_queue)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 101(100) ack 1');
    bench.arrive(c, '. 301(100) ack 1');
    expect(bench.arrive(c, '. 1(250) ack 1')).toEqual(['. 1(0) ack 251']);
    expect(sack(bench)).toEqual([101, 201, 301, 401]);
  });

  it('with a FIN behind it ends the stream only when all is there', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'F. 101(100) ack 1');
    expect(c.state).toBe('ESTABLISHED');
    bench.arrive(c, '. 1(100) ack 1');
    expect(c.state).toBe('CLOSE-WAIT');
    expect(c.rcvNxt).toBe(add(IRS, 202));
    expect(c.receiveBuffer.readable).toBe(200);
  });
});

describe('the window offered', () => {
  it('shuts when the buffer is full, and is told of once the application has read enough', () => {
    const bench = new Bench();
    const c = established(bench, { windowScale: -1 });
    for (let at = 0; at < 44; at += 1) bench.arrive(c, `. ${1 + at * 1460}(1460) ack 1`);
    bench.arrive(c, '. nxt(1) ack 1');
    expect(bench.last.window).toBe(0);
    // Not a segment's worth, and not a sixteenth of the buffer: no silly window (§3.8.6.2.2).
    expect(read(bench, c, 1000)).toEqual([]);
    expect(read(bench, c, 20_000)).toEqual(['. 1(0) ack 64241']);
    expect(bench.last.window % 1460).toBe(0);
    expect(bench.last.window).toBeGreaterThan(18_000);
  });

  it('takes a segment whole that begins inside, though it ends beyond (tcp_data_queue)', () => {
    const bench = new Bench();
    const c = established(bench, { windowScale: -1 });
    bench.arrive(c, '. 2(65000) ack 1');
    expect(sack(bench)).toEqual([2, 65_002]);
  });

  it('never moves its right edge to the left, whatever is sent and read (RFC 9293 §3.8.6)', () => {
    const step = fc.record({
      length: fc.integer({ min: 1, max: 3000 }),
      skipped: fc.constantFrom(0, 0, 0, 1460),
      read: fc.integer({ min: 0, max: 9000 }),
      waitMs: fc.constantFrom(0, 1, 50),
      capacity: fc.constantFrom(131_072, 8000, 20_000),
    });
    const property = fc.property(
      fc.constantFrom(-1, 7),
      fc.array(step, { maxLength: 60 }),
      (windowScale, steps) => {
        const bench = new Bench();
        const c = established(bench, { windowScale });
        let edge = add(c.rcvWup, c.rcvWnd);
        for (const one of steps) {
          c.receiveBuffer.capacity = one.capacity;
          bench.arrive(c, `. nxt+${one.skipped}(${one.length}) ack 1`);
          read(bench, c, one.read);
          bench.later(one.waitMs);
          if (deadline(c) <= bench.now) timeout(c, bench.now);
          const next = add(c.rcvWup, c.rcvWnd);
          expect(before(next, edge)).toBe(false);
          edge = next;
        }
      },
    );
    holds(property, 150);
  });
});

describe('urgent text', () => {
  it('moves RCV.UP forward only, and stays in line', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'PU. 1(10) ack 1', { urgentPointer: 8 });
    expect(c.rcvUp).toBe(add(IRS, 9));
    bench.arrive(c, 'PU. 11(10) ack 1', { urgentPointer: 1 });
    expect(c.rcvUp).toBe(add(IRS, 12));
    expect(c.receiveBuffer.readable).toBe(20);
  });
});

describe('ECN (RFC 3168 §6.1.3)', () => {
  it('echoes a mark until the sender says that it has reduced', () => {
    const bench = new Bench();
    bench.settings.tcp_ecn = 1;
    const c = bench.open();
    bench.arrive(c, 'SE. 0(0) ack 1', { mss: 1460 });
    expect(bench.arrive(c, '. 1(10) ack 1', { ecn: 3 })).toEqual(['E. 1(0) ack 11']);
    expect(bench.arrive(c, '. 11(10) ack 1', { ecn: 2 })).toEqual(['E. 1(0) ack 21']);
    expect(bench.arrive(c, 'W. 21(10) ack 1', { ecn: 2 })).toEqual(['. 1(0) ack 31']);
  });
});
