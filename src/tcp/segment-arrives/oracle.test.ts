import { describe, expect, test } from 'vitest';
import { Bench } from '../bench.fixture.ts';
import type { Errno } from '../errno.ts';
import { inState, orphanIn } from '../states.fixture.ts';
import type { State } from '../state.ts';

/**
 * What Linux 6.18 answers, state by state, as measured with packetdrill: the segment, the replies,
 * the state after it, and the error for the application. `=`: the state stays. Our SND.NXT is 1 (2
 * once the FIN is sent), the peer's next sequence number likewise.
 */
type Row = readonly [segment: string, replies: readonly string[], next: State | '=', error?: Errno];

const CHALLENGE = (nxt: number, rcvNxt: number): string[] => [`. ${nxt}(0) ack ${rcvNxt}`];

const rows = (state: State, table: readonly Row[]): void => {
  for (const [text, replies, next, error] of table) {
    test(`answers ${text}`, () => {
      const bench = new Bench();
      const c = inState(bench, state);
      expect(bench.arrive(c, text)).toEqual(replies);
      expect(c.state).toBe(next === '=' ? state : next);
      expect(c.error?.errno).toBe(error);
    });
  }
};

describe('SYN-SENT', () => {
  rows('SYN-SENT', [
    ['R 0(0)', [], '='],
    ['R 1(0)', [], '='],
    ['F 0(0)', [], '='],
    ['- 0(0)', [], '='],
    ['R. 0(0) ack 1', [], 'CLOSED', 'ECONNREFUSED'],
    ['R. 77(0) ack 1', [], 'CLOSED', 'ECONNREFUSED'],
    ['R. 0(0) ack 0', [], '='],
    ['R. 0(0) ack 2', [], '='],
    ['. 0(0) ack 0', ['R 0(0)'], '='],
    ['. 0(0) ack 2', ['R 2(0)'], '='],
    ['F. 0(0) ack 33', ['R 33(0)'], '='],
    ['S. 0(0) ack 0', ['R 0(0)'], '='],
    ['S. 0(0) ack 2', ['R 2(0)'], '='],
    ['. 0(0) ack 1', [], '='],
    ['F. 0(0) ack 1', [], '='],
    ['S. 0(0) ack 1', ['. 1(0) ack 1'], 'ESTABLISHED'],
    // Text and FIN with the SYN,ACK are dropped.
    ['S. 0(3) ack 1', ['. 1(0) ack 1'], 'ESTABLISHED'],
    ['SF. 0(0) ack 1', ['. 1(0) ack 1'], 'ESTABLISHED'],
    ['S 0(0)', ['S. 0(0) ack 1'], 'SYN-RECEIVED'],
    ['S 0(3)', ['S. 0(0) ack 1'], 'SYN-RECEIVED'],
    ['SF 0(0)', ['S. 0(0) ack 1'], 'SYN-RECEIVED'],
  ]);
});

describe('SYN-RECEIVED of a simultaneous open', () => {
  rows('SYN-RECEIVED', [
    ['R 1(0)', [], 'CLOSED', 'ECONNRESET'],
    ['R. 1(0) ack 1', [], 'CLOSED', 'ECONNRESET'],
    ['R 2(0)', CHALLENGE(1, 1), '='],
    ['R edge(0)', CHALLENGE(1, 1), '='],
    ['R edge+1(0)', [], '='],
    ['S 0(0)', CHALLENGE(1, 1), '='],
    ['S 1(0)', CHALLENGE(1, 1), '='],
    ['S 700(0)', CHALLENGE(1, 1), '='],
    ['SF 1(0)', CHALLENGE(1, 1), '='],
    ['S. 1(0) ack 1', CHALLENGE(1, 1), '='],
    ['. 1(0) ack 0', ['R 0(0)'], '='],
    ['. 1(0) ack 2', ['R 2(0)'], '='],
    ['. 1(0) ack 1', [], 'ESTABLISHED'],
    // The peer's SYN comes a second time, which is acknowledged at once.
    ['S. 0(0) ack 1', ['. 1(0) ack 1'], 'ESTABLISHED'],
    ['- 1(0)', [], '='],
    ['F 1(0)', [], '='],
  ]);
});

/** R, S and ACK rows, the same in all synchronized states; `error` is what a reset at RCV.NXT means. */
const synchronized = (nxt: number, rcvNxt: number, error: Errno): readonly Row[] => [
  [`R ${rcvNxt}(0)`, [], 'CLOSED', error],
  // Neither the value of ACK nor text matters.
  [`R. ${rcvNxt}(0) ack ${nxt}`, [], 'CLOSED', error],
  [`R. ${rcvNxt}(5) ack 999`, [], 'CLOSED', error],
  [`R ${rcvNxt + 1}(0)`, CHALLENGE(nxt, rcvNxt), '='],
  [`R. ${rcvNxt + 1}(0) ack ${nxt}`, CHALLENGE(nxt, rcvNxt), '='],
  // The right edge is inside.
  ['R edge(0)', CHALLENGE(nxt, rcvNxt), '='],
  ['R edge+1(0)', [], '='],
  [`R ${rcvNxt - 2}(0)`, [], '='],
  ['S 0(0)', CHALLENGE(nxt, rcvNxt), '='],
  [`S ${rcvNxt}(0)`, CHALLENGE(nxt, rcvNxt), '='],
  [`S ${rcvNxt + 100}(0)`, CHALLENGE(nxt, rcvNxt), '='],
  ['S edge+7(0)', CHALLENGE(nxt, rcvNxt), '='],
  ['S -9999(0)', CHALLENGE(nxt, rcvNxt), '='],
  [`S. 0(0) ack ${nxt}`, CHALLENGE(nxt, rcvNxt), '='],
  [`SF ${rcvNxt}(0)`, CHALLENGE(nxt, rcvNxt), '='],
  [`. ${rcvNxt}(0) ack ${nxt + 1}`, CHALLENGE(nxt, rcvNxt), '='],
  [`. ${rcvNxt}(0) ack -100000`, CHALLENGE(nxt, rcvNxt), '='],
  // One byte back is no more than what was acknowledged already.
  [`. ${rcvNxt}(0) ack 0`, [], '='],
  [`. edge+1(0) ack ${nxt}`, CHALLENGE(nxt, rcvNxt), '='],
  [`. -50(10) ack ${nxt}`, CHALLENGE(nxt, rcvNxt), '='],
  [`- ${rcvNxt}(0)`, [], '='],
  [`F ${rcvNxt}(0)`, [], '='],
  [`- ${rcvNxt}(10)`, [], '='],
];

describe('ESTABLISHED', () => {
  rows('ESTABLISHED', [
    ...synchronized(1, 1, 'ECONNRESET'),
    ['R 0(0)', [], '='],
    ['. 1(10) ack 2', CHALLENGE(1, 1), '='],
    // Its acknowledgement waits a moment for a close of this side.
    ['F. 1(0) ack 1', [], 'CLOSE-WAIT'],
  ]);

  test('a reset right after the last byte held out of order counts, with SACK', () => {
    for (const sackPermitted of [true, false]) {
      const bench = new Bench();
      const c = bench.open();
      bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, sackPermitted });
      bench.arrive(c, '. 11(10) ack 1');
      bench.later(1000);
      bench.arrive(c, 'R 21(0)');
      expect(c.state).toBe(sackPermitted ? 'CLOSED' : 'ESTABLISHED');
    }
  });

  test('a reset counts even if its timestamp is old', () => {
    const bench = new Bench();
    const c = bench.open();
    const times = { hasTimestamps: true, tsecr: 0 };
    bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, ...times, tsval: 5000 });
    bench.later(1000);
    expect(bench.arrive(c, '. 1(10) ack 1', { ...times, tsval: 4000 })).toEqual(CHALLENGE(1, 1));
    expect(c.receiveBuffer.readable).toBe(0);
    bench.arrive(c, 'R 1(0)', { ...times, tsval: 4000 });
    expect(c.state).toBe('CLOSED');
  });
});

describe('FIN-WAIT-1', () => {
  rows('FIN-WAIT-1', [
    ...synchronized(2, 1, 'ECONNRESET').filter(([text]) => !text.endsWith('ack 0')),
    ['. 1(0) ack 2', [], 'FIN-WAIT-2'],
    ['F. 1(0) ack 2', CHALLENGE(2, 2), 'TIME-WAIT'],
    // The pure ACK of a FIN that crossed ours: our FIN is not sent again.
    ['F. 1(0) ack 1', CHALLENGE(2, 2), 'CLOSING'],
  ]);
});

describe('FIN-WAIT-2', () => {
  rows('FIN-WAIT-2', [
    ...synchronized(2, 1, 'ECONNRESET').filter(([text]) => !text.endsWith('ack 0')),
    ['F. 1(0) ack 2', CHALLENGE(2, 2), 'TIME-WAIT'],
  ]);
});

describe('CLOSE-WAIT', () => {
  rows('CLOSE-WAIT', [
    ...synchronized(1, 2, 'EPIPE'),
    // The number of the FIN itself (tcp_reset_check).
    ['R 1(0)', [], 'CLOSED', 'EPIPE'],
    ['. 2(10) ack 1', [], '='],
    ['F. 2(0) ack 1', [], '='],
  ]);
});

describe('CLOSING', () => {
  rows('CLOSING', [
    ...synchronized(2, 2, 'ECONNRESET').filter(([text]) => !/ack 2|ack 0/.test(text)),
    ['R 1(0)', [], 'CLOSED', 'ECONNRESET'],
    ['. 2(0) ack 2', [], 'TIME-WAIT'],
  ]);
});

describe('LAST-ACK', () => {
  rows('LAST-ACK', [
    ...synchronized(2, 2, 'ECONNRESET').filter(([text]) => !/ack 2|ack 0/.test(text)),
    ['R 1(0)', [], 'CLOSED', 'ECONNRESET'],
    ['. 2(0) ack 2', [], 'CLOSED'],
  ]);
});

describe('an orphan', () => {
  test.each(['FIN-WAIT-1', 'FIN-WAIT-2'] as const)('in %s refuses new data (A11)', (state) => {
    for (const text of ['. 1(10) ack 2', 'FP. 1(10) ack 2']) {
      const bench = new Bench();
      const c = orphanIn(bench, state);
      expect(c.state).toBe(state);
      expect(bench.arrive(c, text)).toEqual(['R 2(0)']);
      expect(c.state).toBe('CLOSED');
      expect(bench.resets[0]?.cause).toBe('data-after-close');
      expect(bench.resets[0]?.linuxReason).toBe('TCP_ABORT_ON_DATA');
      expect(bench.resets[0]?.hasTimestamps).toBe(false);
    }
  });

  test('acknowledges old data', () => {
    const bench = new Bench();
    const c = orphanIn(bench, 'FIN-WAIT-2');
    expect(bench.arrive(c, '. -20(10) ack 2')).toEqual(CHALLENGE(2, 1));
    expect(c.state).toBe('FIN-WAIT-2');
  });

  test('becomes small when its FIN is acknowledged', () => {
    const bench = new Bench();
    const c = orphanIn(bench, 'FIN-WAIT-1');
    bench.arrive(c, '. 1(0) ack 2');
    expect(c.becomesTimeWait).toBe(true);
    // tcp_fin_timeout
    expect(c.closeAtMs).toBe(bench.now + 60_000);
  });

  test('with a negative TCP_LINGER2 refuses even the acknowledgement of its FIN', () => {
    const bench = new Bench();
    const c = orphanIn(bench, 'FIN-WAIT-1');
    c.options = { ...c.options, linger2Seconds: -1 };
    expect(bench.arrive(c, '. 1(0) ack 2')).toEqual(['R 2(0)']);
    expect(bench.resets[0]).toMatchObject({
      cause: 'linger2-abort',
      linuxReason: 'TCP_ABORT_ON_DATA',
    });
  });
});
