import { describe, expect, it } from 'vitest';
import { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { icmpArrives } from './icmp-errors.ts';
import { restartKeepalive } from './keepalive.ts';
import { deadline, timeout } from './timeouts.ts';
import { close, receive, send } from './user-calls.ts';

/** Lets timers expire for `ms`; gives what was sent, each with the ms since the beginning. */
const wait = (bench: Bench, c: Connection, ms: number): [atMs: number, sent: string][] => {
  const began = bench.now;
  const seen: [number, string][] = [];
  while (deadline(c) <= began + ms) {
    bench.now = Math.max(bench.now, deadline(c));
    timeout(c, bench.now);
    for (const text of bench.replies()) seen.push([Math.round(bench.now - began), text]);
  }
  bench.now = began + ms;
  return seen;
};

const times = (seen: readonly [number, string][]): number[] => seen.map(([atMs]) => atMs);

/** Its round trip is 4 ms, so RTO is 204 ms. */
const established = (bench: Bench): Connection => {
  const c = bench.open();
  bench.later(4);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460 });
  return c;
};

const write = (bench: Bench, c: Connection, length: number): string[] => {
  send(c, new Uint8Array(length), 0, length, bench.now);
  return bench.replies();
};

const error = (c: Connection, now: number): unknown => receive(c, new Uint8Array(1), 0, 1, now);

describe('the SYN', () => {
  it('goes again after 1 s five times, then doubled, and ETIMEDOUT comes after 131 s (ip-sysctl)', () => {
    const bench = new Bench();
    const c = bench.open();
    bench.replies();
    const sent = wait(bench, c, 130_999);
    expect(times(sent)).toEqual([
      1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000,
    ]);
    expect(c.state).toBe('SYN-SENT');
    wait(bench, c, 1);
    expect(c.error?.errno).toBe('ETIMEDOUT');
    expect(bench.resets).toEqual([]);
  });

  it('is refused by ICMP at once, and an old quotation is ignored (RFC 5927 §4.1)', () => {
    const bench = new Bench();
    const c = bench.open();
    icmpArrives(c, { type: 3, code: 3, mtu: 0, seq: c.iss + 2 }, bench.now);
    expect(c.state).toBe('SYN-SENT');
    icmpArrives(c, { type: 3, code: 3, mtu: 0, seq: c.iss }, bench.now);
    expect(c.error?.errno).toBe('ECONNREFUSED');
  });

  it.each([
    [0, 'ENETUNREACH'],
    [1, 'EHOSTUNREACH'],
    [2, 'ENOPROTOOPT'],
    [13, 'EHOSTUNREACH'],
  ])('ends with "unreachable" code %d as %s', (code, errno) => {
    const bench = new Bench();
    const c = bench.open();
    icmpArrives(c, { type: 3, code, mtu: 0, seq: c.iss }, bench.now);
    expect(c.error?.errno).toBe(errno);
  });
});

describe('RTO (RFC 6298)', () => {
  it('is SRTT + 4 * RTTVAR: 400 ms make 1200, then 600 ms make 1225', () => {
    const bench = new Bench();
    const c = bench.open();
    bench.later(400);
    bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460 });
    expect(c.rtoMs).toBe(1200);
    write(bench, c, 100);
    bench.later(600);
    bench.arrive(c, '. 1(0) ack 101');
    // RTTVAR = 3/4 * 200 + 1/4 * 200; SRTT = 7/8 * 400 + 1/8 * 600.
    expect(c.rtoMs).toBe(425 + 4 * 200);
  });

  it('doubles with each time-out, and what was sent twice tells no round trip (Karn)', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 100);
    expect(c.rtoMs).toBe(204);
    expect(times(wait(bench, c, 3100))).toEqual([204, 612, 1428, 3060]);
    bench.arrive(c, '. 1(0) ack 101');
    expect(c.srttMs).toBe(4);
    // Nothing measured: the backed-off time-out stays (RFC 6298 §5.7).
    expect(c.rtoMs).toBe(3264);
    write(bench, c, 100);
    bench.later(2);
    bench.arrive(c, '. 1(0) ack 201');
    expect(c.rtoMs).toBeLessThan(205);
  });

  it('takes no round trip from what was acknowledged together with a retransmission (RFC 6298 §3)', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, noDelay: true };
    write(bench, c, 100);
    write(bench, c, 100);
    // The first goes again at 204 ms; the second was never sent twice, but it waited for the first.
    expect(times(wait(bench, c, 210))).toEqual([204]);
    bench.arrive(c, '. 1(0) ack 201');
    expect(c.srttMs).toBe(4);
  });

  it('is given up in silence after fifteen retransmissions (tcp_retries2, as a span of time)', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 100);
    const sent = wait(bench, c, 928_691);
    // 0.204 s doubled: the tenth at 0.204 * (2^10 - 1) = 208.692 s, the others 120 s apart. The span,
    // 0.2 * (2^10 - 1) + 6 * 120 = 924.6 s from the first on, is over at the sixteenth.
    expect(times(sent).slice(9)).toEqual([208_692, 328_692, 448_692, 568_692, 688_692, 808_692]);
    expect(c.state).toBe('ESTABLISHED');
    wait(bench, c, 1);
    expect(c.state).toBe('CLOSED');
    expect(bench.resets).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'withheld', cause: 'retransmission-timeout' }]);
    expect(error(c, bench.now)).toBe('ETIMEDOUT');
    expect(error(c, bench.now)).toBe(0);
  });

  it('ends with what ICMP told of the path, where it told something', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 100);
    icmpArrives(c, { type: 3, code: 1, mtu: 0, seq: c.sndUna }, bench.now);
    expect(c.state).toBe('ESTABLISHED');
    wait(bench, c, 1_200_000);
    expect(c.error?.errno).toBe('EHOSTUNREACH');
  });

  it('lets an orphan go after eight retransmissions (tcp_orphan_retries 0)', () => {
    const bench = new Bench();
    const c = established(bench);
    write(bench, c, 100);
    close(c, bench.now);
    bench.replies();
    expect(wait(bench, c, 1_000_000)).toHaveLength(8);
    expect(c.state).toBe('CLOSED');
  });

  it('TCP_USER_TIMEOUT cuts it short: ETIMEDOUT, no reset', () => {
    const bench = new Bench();
    const c = established(bench);
    c.options = { ...c.options, userTimeoutMs: 5000 };
    write(bench, c, 100);
    wait(bench, c, 5203);
    expect(c.state).toBe('ESTABLISHED');
    // Counted from the first retransmission, at 204 ms.
    wait(bench, c, 2);
    expect(c.error?.errno).toBe('ETIMEDOUT');
    expect(bench.resets).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'withheld', cause: 'user-timeout' }]);
  });
});

describe('a zero window (A16)', () => {
  const shut = (bench: Bench): Connection => {
    const c = established(bench);
    bench.arrive(c, '. 1(0) ack 1', { window: 0 });
    expect(write(bench, c, 100)).toEqual([]);
    return c;
  };

  it('is probed with an old sequence number, each time twice as late (tcp_probe0_when)', () => {
    const bench = new Bench();
    const c = shut(bench);
    const sent = wait(bench, c, 3061);
    expect(sent).toEqual([
      [204, '. 0(0) ack 1'],
      [612, '. 0(0) ack 1'],
      [1428, '. 0(0) ack 1'],
      [3060, '. 0(0) ack 1'],
    ]);
  });

  it('is probed for ever while the peer answers, and sending goes on when it opens', () => {
    const bench = new Bench();
    const c = shut(bench);
    for (let hour = 0; hour < 24; hour += 1) {
      const began = bench.now;
      while (bench.now < began + 3_600_000) {
        wait(bench, c, Math.max(1, deadline(c) - bench.now));
        bench.arrive(c, '. 1(0) ack 1', { window: 0 });
      }
    }
    expect(c.state).toBe('ESTABLISHED');
    expect(bench.arrive(c, '. 1(0) ack 1', { window: 1000 })).toEqual(['P. 1(100) ack 1']);
  });

  it('ends in ETIMEDOUT and silence after tcp_retries2 probes without answer', () => {
    const bench = new Bench();
    const c = shut(bench);
    expect(wait(bench, c, 10_000_000)).toHaveLength(15);
    expect(c.error?.errno).toBe('ETIMEDOUT');
    expect(bench.resets).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'withheld', cause: 'zero-window-timeout' }]);
  });

  it('ends in a reset after so many probes, answered or not, where resetlab.zero_window_* say so', () => {
    const bench = new Bench();
    bench.settings.resetlab_zero_window_probes = 3;
    bench.settings.resetlab_zero_window_action = 'reset';
    const c = shut(bench);
    for (let probe = 1; probe <= 3; probe += 1) {
      expect(wait(bench, c, deadline(c) - bench.now)).toHaveLength(1);
      bench.arrive(c, '. 1(0) ack 1', { window: 0 });
    }
    wait(bench, c, deadline(c) - bench.now);
    expect(bench.resets.map(({ cause }) => cause)).toEqual(['zero-window-timeout']);
    expect(c.error?.errno).toBe('ETIMEDOUT');
  });

  it('that opens by less than a segment gets a part once the probe is due (tcp_write_wakeup)', () => {
    const bench = new Bench();
    const c = shut(bench);
    expect(bench.arrive(c, '. 1(0) ack 1', { window: 40 })).toEqual([]);
    expect(wait(bench, c, 204)).toEqual([[204, 'P. 1(40) ack 1']]);
  });
});

describe('keepalive', () => {
  const kept = (bench: Bench): Connection => {
    const c = established(bench);
    c.options = { ...c.options, keepalive: true };
    c.options = { ...c.options, keepaliveIdleMs: 10_000 };
    c.options = { ...c.options, keepaliveIntervalMs: 1000 };
    c.options = { ...c.options, keepaliveCount: 3 };
    restartKeepalive(c, c.lastReceivedAtMs);
    return c;
  };

  it('probes after the idle time, and resets after the last unanswered probe (A9)', () => {
    const bench = new Bench();
    const c = kept(bench);
    bench.now = c.lastReceivedAtMs;
    expect(wait(bench, c, 13_000)).toEqual([
      [10_000, '. 0(0) ack 1'],
      [11_000, '. 0(0) ack 1'],
      [12_000, '. 0(0) ack 1'],
      [13_000, 'R. 1(0) ack 1 live'],
    ]);
    expect(c.error?.errno).toBe('ETIMEDOUT');
    expect(bench.resets[0]?.cause).toBe('keepalive-timeout');
  });

  it('begins anew with each sign of life', () => {
    const bench = new Bench();
    const c = kept(bench);
    bench.now = c.lastReceivedAtMs;
    wait(bench, c, 12_500);
    bench.arrive(c, '. 1(0) ack 1');
    expect(times(wait(bench, c, 10_500))).toEqual([10_000]);
  });

  it('of an idle connection ends by TCP_USER_TIMEOUT instead, with a reset', () => {
    const bench = new Bench();
    const c = kept(bench);
    c.options = { ...c.options, userTimeoutMs: 12_000 };
    bench.now = c.lastReceivedAtMs;
    expect(times(wait(bench, c, 20_000))).toEqual([10_000, 11_000, 12_000]);
    expect(bench.resets[0]?.cause).toBe('user-timeout');
    expect(c.error?.errno).toBe('ETIMEDOUT');
  });
});
