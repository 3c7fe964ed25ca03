import { describe, expect, test } from 'vitest';
import { Bench } from './bench.fixture.ts';
import { inState } from './states.fixture.ts';

describe('challenge ACKs', () => {
  // As measured on Linux: R then an ACK out of window, R then S, ACK of the unsent then R.
  test.each([
    ['R 2(0)', '. edge+1(0) ack 1'],
    ['R 2(0)', 'S 5(0)'],
    ['. 1(0) ack 9', 'R 2(0)'],
    ['. edge+1(0) ack 1', 'S 5(0)'],
  ])('share one budget with other answers: %s, then %s', (first, second) => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    expect(bench.arrive(c, first)).toHaveLength(1);
    bench.later(499);
    expect(bench.arrive(c, second)).toHaveLength(0);
    bench.later(1);
    expect(bench.arrive(c, second)).toHaveLength(1);
  });

  test('text out of window is answered whatever went before', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'R 2(0)');
    expect(bench.arrive(c, '. edge+1(5) ack 1')).toHaveLength(1);
    expect(bench.arrive(c, '. edge+1(5) ack 1')).toHaveLength(1);
    // With SYN it is no text.
    expect(bench.arrive(c, 'S 5(5)')).toHaveLength(0);
  });

  test('are counted for the whole host where tcp_challenge_ack_limit says so', () => {
    const bench = new Bench();
    bench.settings.tcp_challenge_ack_limit = 2;
    bench.settings.tcp_invalid_ratelimit = 0;
    const c = inState(bench, 'ESTABLISHED');
    const at = bench.now;
    expect([1, 2, 3].map(() => bench.arrive(c, 'S 5(0)').length)).toEqual([1, 1, 0]);
    bench.now = at + 1000;
    expect(bench.arrive(c, 'S 5(0)')).toHaveLength(1);
  });

  test('are told with the rule and the segment', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'S 5(0)');
    expect(bench.events).toMatchObject([
      {
        kind: 'challenged',
        state: 'ESTABLISHED',
        rule: { source: 'RFC 5961 §4.2', claim: 'A14' },
        offender: { flags: 2, length: 0 },
        variables: { rcvNxt: c.rcvNxt },
      },
    ]);
  });
});

describe('B3: a reset in the window', () => {
  test('is challenged, or taken where resetlab.reset_acceptance is rfc793', () => {
    for (const word of ['rfc5961', 'rfc793'] as const) {
      const bench = new Bench();
      bench.settings.resetlab_reset_acceptance = word;
      const c = inState(bench, 'ESTABLISHED');
      bench.arrive(c, 'R edge+1(0)');
      expect(c.state).toBe('ESTABLISHED');
      bench.arrive(c, 'R 700(0)');
      expect(c.state).toBe(word === 'rfc793' ? 'CLOSED' : 'ESTABLISHED');
    }
  });
});

describe('a reset after a FIN, one before the number that comes next', () => {
  test('is taken (tcp_reset_check), but not where resetlab.reset_acceptance is exact', () => {
    for (const word of ['rfc5961', 'exact'] as const) {
      const bench = new Bench();
      bench.settings.resetlab_reset_acceptance = word;
      const c = inState(bench, 'CLOSE-WAIT');
      bench.arrive(c, 'R nxt-1(0)');
      expect(c.state).toBe(word === 'exact' ? 'CLOSE-WAIT' : 'CLOSED');
    }
  });
});

describe('a SYN in the window', () => {
  test('resets the connection where resetlab.syn_acceptance is rfc793 (RFC 793 §3.9)', () => {
    const bench = new Bench();
    bench.settings.resetlab_syn_acceptance = 'rfc793';
    const c = inState(bench, 'ESTABLISHED');
    expect(bench.arrive(c, 'S edge+1(0)')).toEqual(['. 1(0) ack 1']);
    bench.later(600);
    expect(bench.arrive(c, 'S 5(0)')).toEqual(['R. 1(0) ack 1 live']);
    expect(c.state).toBe('CLOSED');
    expect(c.error?.errno).toBe('ECONNRESET');
    expect(bench.events.at(-1)).toMatchObject({ kind: 'sent', cause: 'four-tuple-reuse' });
  });
});

describe('A23: a segment outside the window', () => {
  test('is acknowledged, or reset where resetlab.out_of_window is reset', () => {
    for (const word of ['ack', 'reset'] as const) {
      const bench = new Bench();
      bench.settings.resetlab_out_of_window = word;
      const c = inState(bench, 'ESTABLISHED');
      const replies = bench.arrive(c, '. edge+1(5) ack 1');
      expect(replies).toEqual([word === 'ack' ? '. 1(0) ack 1' : 'R 1(0)']);
      expect(c.state).toBe('ESTABLISHED');
      const kind = word === 'ack' ? 'withheld' : 'sent';
      expect(bench.events).toMatchObject([{ kind, rule: { claim: 'A23' } }]);
    }
  });
});
