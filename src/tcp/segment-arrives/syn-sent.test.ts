import { describe, expect, test } from 'vitest';
import { Bench, IRS, ISS } from '../bench.fixture.ts';
import { enter } from '../transitions.ts';
import { inState } from '../states.fixture.ts';
import { close } from '../user-calls.ts';

const ALL = { mss: 1400, windowScale: 7, sackPermitted: true, hasTimestamps: true, tsval: 900 };

describe('what the handshake agrees on', () => {
  test('is what both SYNs have', () => {
    const bench = new Bench();
    const c = bench.open();
    expect(bench.last).toMatchObject({
      mss: 1460,
      windowScale: 10,
      sackPermitted: true,
      hasTimestamps: true,
      tsval: bench.now,
      tsecr: 0,
      window: 64_240,
    });
    bench.arrive(c, 'S. 0(0) ack 1', { ...ALL, tsecr: bench.now, window: 5000 });
    expect(c).toMatchObject({
      windowScaling: true,
      sndWndScale: 7,
      sackPermitted: true,
      timestamps: true,
      tsRecent: 900,
      // Not scaled: it came with a SYN.
      sndWnd: 5000,
      // 1400 less 12 for timestamps.
      sndMss: 1388,
    });
    bench.arrive(c, '. 1(0) ack 1', { hasTimestamps: true, tsval: 901, window: 5000 });
    expect(c.sndWnd).toBe(640_000);
  });

  test('without an option of the peer is as if we had none either', () => {
    const bench = new Bench();
    const c = bench.open();
    bench.arrive(c, 'S. 0(0) ack 1');
    expect(c).toMatchObject({ windowScaling: false, rcvWndScale: 0, timestamps: false });
    // RFC 9293 §3.7.1
    expect(c.sndMss).toBe(536);
    expect(bench.last.hasTimestamps).toBe(false);
  });

  test('holds a shift above 14 for 14 (RFC 7323 §2.3)', () => {
    const bench = new Bench();
    const c = bench.open();
    bench.arrive(c, 'S. 0(0) ack 1', { ...ALL, windowScale: 200, tsecr: bench.now });
    expect(c.sndWndScale).toBe(14);
  });

  test('ECN is in force if we asked and the SYN,ACK has ECE alone (RFC 3168 §6.1.1)', () => {
    for (const [flags, ecn] of [
      ['S.E', true],
      ['S.EW', false],
      ['S.', false],
    ] as const) {
      const bench = new Bench();
      bench.settings.tcp_ecn = 1;
      const c = bench.open();
      expect(bench.replies()).toEqual(['SEW 0(0)']);
      bench.arrive(c, `${flags} 0(0) ack 1`);
      expect(c.ecn, flags).toBe(ecn);
    }
  });
});

describe('A12, A14: an acknowledgement of another SYN', () => {
  test.each(['S. 0(0) ack 91', '. 500(0) ack 91'])(
    '%s is reset, and our SYN goes again soon',
    (text) => {
      const bench = new Bench();
      const c = bench.open();
      bench.replies();
      expect(bench.arrive(c, text)).toEqual(['R 91(0)']);
      expect(bench.events).toMatchObject([
        {
          kind: 'sent',
          cause: 'handshake-ack-unacceptable',
          linuxReason: 'TCP_INVALID_ACK_SEQUENCE',
          answers: { ack: (ISS + 91) | 0 },
        },
      ]);
      expect(c.retransmitAtMs - bench.now).toBeLessThanOrEqual(10);
      expect(bench.arrive(c, 'S. 0(0) ack 1')).toEqual(['. 1(0) ack 1']);
    },
  );

  test('has the cause that the host knows', () => {
    const bench = new Bench();
    const c = bench.open((made) => {
      made.handshakeResetCause = 'time-wait-collision';
    });
    bench.arrive(c, '. 500(0) ack 91');
    expect(bench.resets).toMatchObject([{ cause: 'time-wait-collision' }]);
  });
});

describe('PAWS in SYN-SENT', () => {
  test.each([
    [-1, 'paws'],
    [6, 'paws'],
    [0, undefined],
    [5, undefined],
  ])('TSecr %i ms after the SYN, 5 ms later: %s', (echo, cause) => {
    const bench = new Bench();
    const c = bench.open();
    bench.replies();
    const tsecr = bench.now + echo;
    bench.later(5);
    const replies = bench.arrive(c, 'S. 0(0) ack 1', { ...ALL, tsecr });
    expect(replies).toEqual([cause === undefined ? '. 1(0) ack 1' : 'R 1(0)']);
    expect(bench.resets.map((reset) => [reset.cause, reset.linuxReason])).toEqual(
      cause === undefined ? [] : [['paws', 'TCP_RFC7323_PAWS']],
    );
  });
});

describe('a simultaneous open (RFC 9293 §3.5, figure 7)', () => {
  test('repeats all our options in the SYN,ACK, whatever the peer has', () => {
    const bench = new Bench();
    const c = inState(bench, 'SYN-RECEIVED');
    expect(c.simultaneousOpen).toBe(true);
    expect(bench.last).toMatchObject({ windowScale: 10, hasTimestamps: true, mss: 1460 });
    expect([c.irs, c.rcvNxt]).toEqual([IRS, (IRS + 1) | 0]);
  });

  test('closed before it is complete goes on to the end', () => {
    const bench = new Bench();
    const c = inState(bench, 'SYN-RECEIVED');
    close(c, bench.now);
    expect(bench.replies()).toEqual(['F. 1(0) ack 1']);
    expect(bench.arrive(c, '. 1(0) ack 1')).toEqual([]);
    expect([c.state, c.sndUna]).toEqual(['FIN-WAIT-1', (ISS + 1) | 0]);
    expect(bench.arrive(c, 'F. 1(0) ack 2')).toEqual(['. 2(0) ack 2']);
    expect(c.state).toBe('TIME-WAIT');
  });
});

test('a state is not entered but by an arrow of RFC 9293 §3.3.2', () => {
  const c = inState(new Bench(), 'ESTABLISHED');
  expect(() => enter(c, 'LAST-ACK')).toThrow('no way from ESTABLISHED to LAST-ACK');
  expect(c.state).toBe('ESTABLISHED');
});
