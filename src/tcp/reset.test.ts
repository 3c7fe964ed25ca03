import { describe, expect, test } from 'vitest';
import { CAUSE_IDS } from '../causes/ids.ts';
import { ACK, RST } from '../wire/packet.ts';
import { Bench, IRS, ISS, PATH, segment } from './bench.fixture.ts';
import { resetFor, ruleOf } from './reset.ts';
import { RULINGS } from './reset-rules.ts';
import { closedArrives } from './segment-arrives/closed.ts';
import { listenArrives } from './segment-arrives/listen.ts';
import { inState } from './states.fixture.ts';

describe('the mint', () => {
  test('gives out no reset in answer to a reset', () => {
    for (const text of ['R 0(0)', 'R. 0(0) ack 1']) {
      expect(() => resetFor('closed-port', { answering: segment(text) })).toThrow('never answered');
    }
  });

  test('knows which cause sends which reset, for which reason of Linux', () => {
    const answering = segment('S 0(0)');
    expect(() => resetFor('linger-zero', { answering })).toThrow('linger-zero makes no reply');
    expect(() => resetFor('unknown', { answering })).toThrow('unknown makes no reply');
    expect(() => resetFor('closed-port', { answering }, 'TCP_STATE')).toThrow('TCP_STATE');
    expect(() => ruleOf('connect-timeout')).toThrow('connect-timeout makes no reset');
  });

  test('lends its key to nobody: the class of a reset makes none', () => {
    const reset = resetFor('closed-port', { answering: segment('S 0(0)') });
    const Class = Object.getPrototypeOf(reset).constructor as new (...args: unknown[]) => unknown;
    expect(() => new Class(Symbol('the only mint of resets'), 'closed-port')).toThrow('resetFor');
  });

  test('has a rule for every cause but those without a reset of their own', () => {
    const without = CAUSE_IDS.filter((id) => RULINGS[id] === undefined);
    expect(without).toEqual([
      'mptcp',
      'closed-before-response',
      'connect-timeout',
      'connect-unreachable',
      'unknown',
    ]);
  });
});

describe('an active reset', () => {
  test('is RST,ACK at SND.NXT with a live window and timestamps', () => {
    const bench = new Bench();
    const c = bench.open();
    const times = { hasTimestamps: true, tsval: 5000, tsecr: 0 };
    bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, ...times });
    expect(resetFor('linger-zero', { from: c, now: bench.now + 7.9 })).toMatchObject({
      flags: RST | ACK,
      seq: ISS + 1,
      ack: (IRS + 1) | 0,
      window: expect.toSatisfy((window: number) => window > 0),
      hasTimestamps: true,
      tsval: bench.now + 7,
      tsecr: 5000,
      linuxReason: 'TCP_STATE',
    });
  });

  test('stays at the right edge of a window that the peer took back', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    c.sndNxt += 5000;
    c.sndEnd += 5000;
    c.sndWnd = 1000;
    c.rcvWndScale = 0;
    expect(resetFor('linger-zero', { from: c, now: 0 }).seq).toBe(ISS + 1 + 1000);
  });
});

// Raw numbers; 0 means zero on the wire.
describe('CLOSED answers all but a reset (RFC 9293 §3.10.7.1)', () => {
  test.each([
    ['S 0(0)', RST | ACK, 0, 1],
    ['S 0(3)', RST | ACK, 0, 4],
    ['SF 0(0)', RST | ACK, 0, 2],
    ['SF 0(3)', RST | ACK, 0, 5],
    ['F 0(0)', RST | ACK, 0, 1],
    ['- 0(3)', RST | ACK, 0, 3],
    ['- 0(0)', RST | ACK, 0, 0],
    ['. 0(0) ack 34', RST, 34, undefined],
    ['S. 0(0) ack 34', RST, 34, undefined],
    ['F. 0(9) ack 34', RST, 34, undefined],
    ['SF. 0(0) ack 34', RST, 34, undefined],
  ])('%s', (text, flags, seq, ack) => {
    const bench = new Bench();
    closedArrives('closed-port', PATH, segment(text), bench, 0);
    expect(bench.resets).toMatchObject([
      {
        flags,
        seq: flags === RST ? (ISS + seq) | 0 : 0,
        ack: ack === undefined ? 0 : (IRS + ack) | 0,
        window: 0,
        hasTimestamps: false,
        linuxReason: 'NO_SOCKET',
      },
    ]);
    expect(bench.events).toMatchObject([
      { kind: 'sent', cause: 'closed-port', state: 'CLOSED', rule: { claim: 'A1' } },
    ]);
  });

  test.each(['R 0(0)', 'R. 0(0) ack 34', 'R 0(3)'])('%s: silent', (text) => {
    const bench = new Bench();
    closedArrives('closed-port', PATH, segment(text), bench, 0);
    expect(bench.replies()).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'ignored' }]);
  });
});

describe('LISTEN (RFC 9293 §3.10.7.2)', () => {
  test.each([
    ['R 0(0)', 'drop', []],
    ['R. 0(0) ack 5', 'drop', []],
    ['S 0(0)', 'syn', []],
    ['S 0(5)', 'syn', []],
    ['SF 0(0)', 'drop', []],
    ['F 0(0)', 'drop', []],
    ['- 0(5)', 'drop', []],
    ['. 0(0) ack 5', 'reset-sent', ['R 5(0)']],
    ['F. 0(0) ack 5', 'reset-sent', ['R 5(0)']],
    ['SF. 0(0) ack 5', 'reset-sent', ['R 5(0)']],
    ['S. 0(0) ack 5', 'reset-sent', ['R 5(0)']],
  ])('%s: %s', (text, answer, replies) => {
    const bench = new Bench();
    expect(listenArrives(PATH, segment(text), bench, 0)).toBe(answer);
    expect(bench.replies()).toEqual(replies);
  });

  test('names the cause that the host knows', () => {
    const bench = new Bench();
    listenArrives(PATH, segment('. 0(0) ack 5'), bench, 0, 'half-open-restart');
    expect(bench.events).toMatchObject([{ cause: 'half-open-restart', linuxReason: 'TCP_FLAGS' }]);
  });
});
