import { describe, expect, test } from 'vitest';
import type { Segment } from '../wire/segment.ts';
import { Bench, PATH, segment } from './bench.fixture.ts';
import { inState } from './states.fixture.ts';
import { mayReuse, reopeningIss, TimeWait, timeWaitArrives, timeWaitOf } from './time-wait.ts';
import { close } from './user-calls.ts';
import type { Connection } from './connection.ts';

/** TIME-WAIT after our FIN (1) and the peer's (1): SND.NXT and RCV.NXT are 2. */
const timeWait = (bench: Bench, c: Connection = inState(bench, 'FIN-WAIT-2')): TimeWait => {
  if (c.state !== 'TIME-WAIT') bench.arrive(c, 'F. 1(0) ack 2');
  const tw = timeWaitOf(c, bench.now, new TimeWait());
  bench.events.length = 0;
  bench.later(1000);
  return tw;
};

const arrive = (bench: Bench, tw: TimeWait, text: string, more: Partial<Segment> = {}) => {
  const end = timeWaitArrives(
    tw,
    segment(text, undefined, more),
    PATH,
    bench.settings,
    true,
    bench,
    bench.now,
  );
  return { end, replies: bench.replies() };
};

const ACKED = { end: 'keep', replies: ['. 2(0) ack 2'] };
const SILENT = { end: 'keep', replies: [] };

describe('TIME-WAIT without timestamps, as Linux answers', () => {
  test.each([
    ['R 2(0)', { end: 'gone', replies: [] }],
    ['R. 2(0) ack 2', { end: 'gone', replies: [] }],
    ['R 3(0)', SILENT],
    ['R 1(0)', SILENT],
    ['S 2(0)', ACKED],
    ['S 1(0)', ACKED],
    ['S 3(0)', { end: 'reopen', replies: [] }],
    // Even far outside the window.
    ['S 1000000000(0)', { end: 'reopen', replies: [] }],
    ['SF 3(0)', { end: 'reopen', replies: [] }],
    ['S. 3(0) ack 2', ACKED],
    ['. 2(0) ack 2', SILENT],
    ['. 2(0) ack 77', SILENT],
    ['. 2(10) ack 2', ACKED],
    ['F. 1(0) ack 2', ACKED],
    ['F 1(0)', ACKED],
    ['. 900(0) ack 2', ACKED],
  ])('%s', (text, answer) => {
    const bench = new Bench();
    expect(arrive(bench, timeWait(bench), text)).toEqual(answer);
  });

  test('a new connection begins 65,537 after the last number sent', () => {
    expect(reopeningIss({ sndNxt: -2 })).toBe(65_535);
  });

  test('without a listener a newer SYN is acknowledged all the same', () => {
    const bench = new Bench();
    const tw = timeWait(bench);
    const end = timeWaitArrives(
      tw,
      segment('S 3(0)'),
      PATH,
      bench.settings,
      false,
      bench,
      bench.now,
    );
    expect([end, bench.replies()]).toEqual(['keep', ['. 2(0) ack 2']]);
  });

  test('what has an ACK flag starts the minute again, a bare old SYN does not', () => {
    const bench = new Bench();
    const tw = timeWait(bench);
    const ends = tw.expiresAtMs;
    arrive(bench, tw, 'S 1(0)');
    expect(tw.expiresAtMs).toBe(ends);
    arrive(bench, tw, 'F. 1(0) ack 2');
    expect(tw.expiresAtMs).toBe(bench.now + 60_000);
  });

  test('ACKs without data in question share one answer in 500 ms; data is always answered', () => {
    const bench = new Bench();
    const tw = timeWait(bench);
    expect(arrive(bench, tw, 'S 1(0)').replies).toHaveLength(1);
    expect(arrive(bench, tw, '. 900(0) ack 2').replies).toHaveLength(0);
    expect(arrive(bench, tw, '. 900(5) ack 2').replies).toHaveLength(1);
    bench.later(500);
    expect(arrive(bench, tw, 'S 1(0)').replies).toHaveLength(1);
  });
});

describe('B6: a reset in TIME-WAIT', () => {
  test('ends it, or is ignored with tcp_rfc1337', () => {
    for (const rfc1337 of [0, 1]) {
      const bench = new Bench();
      bench.settings.tcp_rfc1337 = rfc1337;
      const { end, replies } = arrive(bench, timeWait(bench), 'R 2(0)');
      expect([end, replies]).toEqual([rfc1337 === 0 ? 'gone' : 'keep', []]);
      expect(bench.events).toMatchObject([
        { kind: rfc1337 === 0 ? 'received' : 'ignored', state: 'TIME-WAIT', rule: { claim: 'B6' } },
      ]);
    }
  });
});

describe('A18: a SYN in TIME-WAIT with timestamps', () => {
  const withTimestamps = (bench: Bench): TimeWait => {
    const c = bench.open();
    const times = { hasTimestamps: true, tsecr: 0 };
    bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, ...times, tsval: 5000 });
    close(c, bench.now);
    const ack = { ...times, tsval: 5001 };
    bench.arrive(c, 'F. 1(0) ack 2', ack);
    bench.replies();
    return timeWait(bench, c);
  };
  const syn = (tsval: number) => ({ hasTimestamps: true, tsval, mss: 1460 });

  test.each([
    // sequence number, timestamp, Linux (either), the claim (both)
    ['newer', 'newer', 3, 6000, 'reopen', 'reopen'],
    ['older', 'newer', 1, 6000, 'reopen', 'keep'],
    ['newer', 'the same', 3, 5001, 'reopen', 'keep'],
    ['older', 'the same', 1, 5001, 'keep', 'keep'],
    // PAWS
    ['newer', 'older', 3, 4000, 'keep', 'keep'],
  ])('number %s, timestamp %s', (_seq, _time, seq, tsval, either, both) => {
    for (const [word, end] of [
      ['either', either],
      ['both', both],
    ] as const) {
      const bench = new Bench();
      bench.settings.resetlab_time_wait_syn = word;
      const answer = arrive(bench, withTimestamps(bench), `S ${seq}(0)`, syn(tsval));
      expect(answer.end, word).toBe(end);
      expect(answer.replies, word).toEqual(end === 'keep' ? ['. 2(0) ack 2'] : []);
    }
  });

  test('with resetlab.time_wait_syn = never no SYN takes over', () => {
    const bench = new Bench();
    bench.settings.resetlab_time_wait_syn = 'never';
    const answer = arrive(bench, withTimestamps(bench), 'S 1000(0)', syn(6000));
    expect(answer).toMatchObject({ end: 'keep', replies: ['. 2(0) ack 2'] });
  });

  test('its acknowledgement carries timestamps', () => {
    const bench = new Bench();
    arrive(bench, withTimestamps(bench), 'S 1(0)', syn(5001));
    expect(bench.last).toMatchObject({ hasTimestamps: true, tsval: bench.now, tsecr: 5001 });
  });

  test('connect(2) may take the four-tuple after a second, on loopback or if told so', () => {
    const bench = new Bench();
    const tw = withTimestamps(bench);
    const may = (isLoopback: boolean, afterMs: number): boolean =>
      mayReuse(tw, bench.settings, isLoopback, tw.enteredAtMs + afterMs);
    expect([may(true, 1000), may(true, 1001), may(false, 1001)]).toEqual([false, true, false]);
    bench.settings.tcp_tw_reuse = 1;
    expect(may(false, 1001)).toBe(true);
    tw.timestamps = false;
    expect(may(false, 1001)).toBe(false);
  });
});

describe('A11: FIN-WAIT-2 that no application holds', () => {
  const finWait2 = (bench: Bench): TimeWait => {
    const c = inState(bench, 'ESTABLISHED');
    close(c, bench.now);
    bench.arrive(c, '. 1(0) ack 2');
    expect(c.becomesTimeWait).toBe(true);
    bench.replies();
    bench.later(1000);
    return timeWaitOf(c, bench.now, new TimeWait());
  };

  test.each([
    ['. 1(10) ack 2', { end: 'gone', replies: ['R 2(0)'] }],
    ['. 1(10) ack 1', { end: 'gone', replies: ['R 1(0)'] }],
    // A FIN behind data that is not there.
    ['F. 3(0) ack 2', { end: 'gone', replies: ['R 2(0)'] }],
    ['FP. 1(10) ack 2', { end: 'gone', replies: ['R 2(0)'] }],
    ['S 1(0)', { end: 'gone', replies: ['R. zero(0) ack 2'] }],
    ['R 1(0)', { end: 'gone', replies: [] }],
    ['. 1(0) ack 2', SILENT],
    ['- 1(10)', SILENT],
    ['. -20(10) ack 2', { end: 'keep', replies: ['. 2(0) ack 1'] }],
  ])('%s', (text, answer) => {
    const bench = new Bench();
    expect(arrive(bench, finWait2(bench), text)).toEqual(answer);
  });

  test('the reset is that of data after close, from a TIME-WAIT socket', () => {
    const bench = new Bench();
    arrive(bench, finWait2(bench), '. 1(10) ack 2');
    expect(bench.resets).toMatchObject([
      { cause: 'data-after-close', linuxReason: 'TCP_TIMEWAIT_SOCKET', window: 0 },
    ]);
    expect(bench.events.at(-1)).toMatchObject({ kind: 'sent', rule: { claim: 'A11' } });
  });

  test("the peer's FIN leads to TIME-WAIT", () => {
    const bench = new Bench();
    const tw = finWait2(bench);
    expect(arrive(bench, tw, 'F. 1(0) ack 2')).toEqual(ACKED);
    expect(tw.state).toBe('TIME-WAIT');
    expect(tw.expiresAtMs).toBe(bench.now + 60_000);
    expect(arrive(bench, tw, '. 2(10) ack 2')).toEqual(ACKED);
  });
});

describe('TIME-WAIT with resetlab.syn_acceptance = rfc793', () => {
  test.each([
    ['S 2(0)', { end: 'gone', replies: ['R. 2(0) ack 2 live'] }],
    ['S. 2(0) ack 2', { end: 'gone', replies: ['R. 2(0) ack 2 live'] }],
    ['SF 3(0)', { end: 'gone', replies: ['R. 2(0) ack 2 live'] }],
    ['S 1(0)', ACKED],
    ['R 3(0)', SILENT],
  ])('%s (RFC 793 §3.9, fourth)', (text, answer) => {
    const bench = new Bench();
    bench.settings.resetlab_syn_acceptance = 'rfc793';
    bench.settings.resetlab_time_wait_syn = 'never';
    expect(arrive(bench, timeWait(bench), text)).toEqual(answer);
  });

  test('names the cause of its reset', () => {
    const bench = new Bench();
    bench.settings.resetlab_syn_acceptance = 'rfc793';
    arrive(bench, timeWait(bench), 'S 2(0)');
    expect(bench.events).toMatchObject([
      {
        kind: 'sent',
        cause: 'four-tuple-reuse',
        state: 'TIME-WAIT',
        rule: { source: 'RFC 793 §3.9' },
      },
    ]);
  });
});
