import { describe, expect, it } from 'vitest';
import { ECE } from '../wire/segment.ts';
import { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { icmpArrives } from './icmp-errors.ts';
import { output } from './output.ts';
import { deadline, timeout } from './timeouts.ts';
import { send, shutdown } from './user-calls.ts';

/** Established with a peer whose window has room for everything; RTO 204 ms. */
const established = (bench: Bench, more: Parameters<Bench['arrive']>[2] = {}): Connection => {
  const c = bench.open();
  bench.later(4);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1000, window: 50_000, ...more });
  return c;
};

const write = (bench: Bench, c: Connection, length: number): string[] => {
  send(c, new Uint8Array(length), 0, length, bench.now);
  return bench.replies();
};

const FULL = { window: 50_000 };

describe('a SYN', () => {
  it('offers what the sysctls say, with the window that Linux begins with', () => {
    const bench = new Bench();
    bench.open();
    // 65536 bytes in whole segments of 1460: 44 of them.
    expect(bench.last).toMatchObject({ window: 64_240, mss: 1460, sackPermitted: true });
    // 32 MiB must fit into 16 bits: 2^25 / 2^15.
    expect(bench.last).toMatchObject({ windowScale: 10, hasTimestamps: true, tsecr: 0 });
  });

  it('scales to no more than a receive buffer that was set: it will not grow', () => {
    const scaleOf = (lock: boolean): number | undefined => {
      const bench = new Bench();
      bench.open((c) => {
        c.receiveBuffer.capacity = 8192;
        c.receiveBufferLocked = lock;
      });
      return bench.last?.windowScale;
    };
    // Half of 8192 bytes is for text, and 4096 fit into 16 bits.
    expect(scaleOf(true)).toBe(0);
    expect(scaleOf(false)).toBe(10);
  });

  it('asks for ECN only with tcp_ecn 1, and not again once it was lost (RFC 3168 §6.1.1.1)', () => {
    const bench = new Bench();
    bench.settings.tcp_ecn = 1;
    const c = bench.open();
    expect(bench.replies()).toEqual(['SEW 0(0)']);
    bench.now = deadline(c);
    timeout(c, bench.now);
    expect(bench.replies()).toEqual(['S 0(0)']);
  });
});

describe("Nagle's algorithm, in Minshall's variant", () => {
  it('holds a second small segment back until the first is acknowledged', () => {
    const bench = new Bench();
    const c = established(bench);
    expect(write(bench, c, 10)).toEqual(['P. 1(10) ack 1']);
    expect(write(bench, c, 20)).toEqual([]);
    expect(write(bench, c, 30)).toEqual([]);
    expect(bench.arrive(c, '. 1(0) ack 11', FULL)).toEqual(['P. 11(50) ack 1']);
  });

  it('lets a small tail follow full segments at once, and a full one go at any time', () => {
    const bench = new Bench();
    const c = established(bench);
    expect(write(bench, c, 2100)).toEqual([
      '. 1(1000) ack 1',
      '. 1001(1000) ack 1',
      'P. 2001(100) ack 1',
    ]);
    expect(write(bench, c, 999)).toEqual([]);
    expect(write(bench, c, 2)).toEqual(['. 2101(1000) ack 1']);
  });

  it('is off with TCP_NODELAY, and never holds the last text before a FIN', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, noDelay: true };
    expect([...write(bench, c, 10), ...write(bench, c, 10)]).toHaveLength(2);
    c.options = { ...c.options, noDelay: false };
    expect(write(bench, c, 10)).toEqual([]);
    shutdown(c, 'write', bench.now);
    expect(bench.replies()).toEqual(['FP. 21(10) ack 1']);
  });
});

describe('TCP_CORK', () => {
  it('holds less than a segment, but not for longer than the probe timer (200 ms and a round trip)', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, cork: true };
    expect(write(bench, c, 400)).toEqual([]);
    expect(write(bench, c, 700)).toEqual(['. 1(1000) ack 1']);
    bench.later(4);
    bench.arrive(c, '. 1(0) ack 1001', FULL);
    expect(deadline(c) - bench.now).toBe(204);
    bench.now = deadline(c);
    timeout(c, bench.now);
    expect(bench.replies()).toEqual(['P. 1001(100) ack 1']);
  });

  it('lets go when it is taken off', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, cork: true };
    write(bench, c, 400);
    c.options = { ...c.options, cork: false };
    output(c, bench.now);
    expect(bench.replies()).toEqual(['P. 1(400) ack 1']);
  });
});

describe("the peer's window", () => {
  it('is filled with whole segments, and no silly remainder (RFC 9293 §3.8.6.2.1)', () => {
    const bench = new Bench();
    const c = established(bench, { window: 2500 });
    // PSH after half of the window (forced_push), as Linux 6.18 was seen to send it.
    expect(write(bench, c, 5000)).toEqual(['. 1(1000) ack 1', 'P. 1001(1000) ack 1']);
    expect(bench.arrive(c, '. 1(0) ack 1001', { window: 2000 })).toEqual(['. 2001(1000) ack 1']);
  });

  it('smaller than two segments makes segments of half its size (tcp_bound_to_half_wnd)', () => {
    const bench = new Bench();
    const c = established(bench, { window: 1500 });
    expect(write(bench, c, 2000)).toEqual(['. 1(750) ack 1', 'P. 751(750) ack 1']);
  });

  it('is not taken from a segment older than the one that set it (RFC 9293 §3.10.7.4)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 1(10) ack 1', { window: 20_000 });
    bench.arrive(c, '. 1(10) ack 1', { window: 1000 });
    expect(c.sndWnd).toBe(20_000);
  });
});

describe('a FIN', () => {
  it('goes alone if all text is gone, and waits for room in the window', () => {
    const bench = new Bench();
    const c = established(bench, { window: 100 });
    expect(write(bench, c, 100)).toEqual(['P. 1(100) ack 1']);
    shutdown(c, 'write', bench.now);
    expect(bench.replies()).toEqual([]);
    expect(bench.arrive(c, '. 1(0) ack 101', { window: 100 })).toEqual(['F. 101(0) ack 1']);
  });
});

describe('a FIN behind text that waits for the congestion window', () => {
  it('is the last that leaves, also if a full segment carries it', () => {
    const bench = new Bench();
    // Timestamps off: a full segment is 1000 bytes; the initial window is ten of them.
    bench.settings.tcp_timestamps = 0;
    const c = established(bench, { hasTimestamps: false });
    bench.replies();
    write(bench, c, 12_000);
    shutdown(c, 'write', bench.now);
    bench.arrive(c, '. 1(0) ack 10001', FULL);
    expect(c.sndNxt - c.iss).toBe(12_002);
    expect(bench.arrive(c, '. 1(0) ack 12002', FULL)).toEqual([]);
    expect(c.state).toBe('FIN-WAIT-2');
  });
});

describe('MSG_MORE', () => {
  it('holds less than a segment back, and is no reason for PSH', () => {
    const bench = new Bench();
    bench.settings.tcp_timestamps = 0;
    const c = established(bench, { hasTimestamps: false });
    bench.replies();
    expect(send(c, new Uint8Array(1500), 0, 1500, bench.now, false, true)).toBe(1500);
    expect(bench.replies()).toEqual(['. 1(1000) ack 1']);
    expect(write(bench, c, 100)).toEqual(['P. 1001(600) ack 1']);
  });
});

describe('a probe of the tail', () => {
  it('goes when RTO would at the latest, and RTO counts from it (tcp_schedule_loss_probe)', () => {
    const bench = new Bench();
    const c = established(bench, { sackPermitted: true });
    bench.replies();
    write(bench, c, 100);
    // Two round trips of 4 ms and 200 ms for a delayed acknowledgement would be more than RTO's 204.
    for (const kind of ['tail-loss-probe', 'rto'] as const) {
      expect(c.retransmitFor).toBe(kind);
      expect(deadline(c) - bench.now).toBe(204);
      bench.now = deadline(c);
      timeout(c, bench.now);
      expect(bench.replies()).toHaveLength(1);
    }
  });
});

describe('urgent text', () => {
  it('is pointed at, one past its last byte, until it is acknowledged (RFC 6093 §3)', () => {
    const bench = new Bench();
    const c = established(bench);
    send(c, new Uint8Array(5), 0, 5, bench.now, true);
    expect(bench.replies()).toEqual(['PU. 1(5) ack 1']);
    expect(bench.last.urgentPointer).toBe(5);
    bench.arrive(c, '. 1(0) ack 6', FULL);
    expect(write(bench, c, 5)).toEqual(['P. 6(5) ack 1']);
  });
});

describe('slow start after idle (RFC 5681 §4.1)', () => {
  it('halves the window for each RTO in which nothing was sent, down to the initial one', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 10);
    bench.arrive(c, '. 1(0) ack 11', FULL);
    c.cwnd = 80_000;
    bench.later(2.5 * c.rtoMs);
    write(bench, c, 10);
    // After one RTO it begins: 2.5 - 1 is begun twice.
    expect(c.cwnd).toBe(20_000);
    bench.arrive(c, '. 1(0) ack 21', FULL);
    bench.settings.tcp_slow_start_after_idle = 0;
    bench.later(1_000_000);
    write(bench, c, 10);
    expect(c.cwnd).toBe(20_000);
  });
});

describe('ECN (RFC 3168)', () => {
  it('is answered by a reduction once a round trip, and told with CWR', () => {
    const bench = new Bench();
    bench.settings.tcp_ecn = 1;
    const c = bench.open();
    bench.arrive(c, 'SE. 0(0) ack 1', { mss: 1000, window: 50_000 });
    write(bench, c, 3000);
    expect(bench.last.ecn).toBe(2);
    const echo = { window: 50_000, flags: 16 | ECE };
    bench.arrive(c, '. 1(0) ack 1001', echo);
    const reduced = c.ssthresh;
    bench.arrive(c, '. 1(0) ack 2001', echo);
    expect(reduced).toBeLessThanOrEqual(5500);
    expect(c.ssthresh).toBe(reduced);
    c.options = { ...c.options, noDelay: true };
    expect(write(bench, c, 500).at(-1)).toBe('PW. 3001(500) ack 1');
    expect(write(bench, c, 500).at(-1)).toBe('P. 3501(500) ack 1');
  });
});

describe('path MTU discovery (RFC 1191)', () => {
  it('sends again at once what was too large, in smaller segments, and without slow start', () => {
    const bench = new Bench();
    const c = established(bench, { mss: 1460 });
    expect(write(bench, c, 1460)).toEqual(['P. 1(1460) ack 1']);
    const before = c.cwnd;
    icmpArrives(c, { type: 3, code: 4, mtu: 1000, seq: c.sndUna }, bench.now);
    expect(c.sndMss).toBe(960);
    expect(bench.replies()).toEqual(['. 1(960) ack 1', 'P. 961(500) ack 1']);
    expect(c.cwnd).toBe(before);
  });

  it('believes no MTU below 552, and none that is larger', () => {
    const bench = new Bench();
    const c = established(bench, { mss: 1460 });
    icmpArrives(c, { type: 3, code: 4, mtu: 68, seq: c.sndUna }, bench.now);
    expect(c.pathMtu).toBe(552);
    icmpArrives(c, { type: 3, code: 4, mtu: 1400, seq: c.sndUna }, bench.now);
    expect(c.pathMtu).toBe(552);
  });
});
