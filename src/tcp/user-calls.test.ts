import { describe, expect, test } from 'vitest';
import type { CauseId } from '../causes/ids.ts';
import { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { abort, fail } from './ending.ts';
import type { Errno } from './errno.ts';
import { closeTimeout } from './fin-wait-2.ts';
import { inState, orphanIn } from './states.fixture.ts';
import type { State } from './state.ts';
import { close, receive, send, shutdown } from './user-calls.ts';

const BYTES = new Uint8Array(100_000);

const read = (bench: Bench, c: Connection, length = 1000): number | Errno =>
  receive(c, new Uint8Array(length), 0, length, bench.now);

const write = (bench: Bench, c: Connection, length = 10): number | Errno =>
  send(c, BYTES, 0, length, bench.now);

/** What the next calls give, `r`ead or `w`rite. */
const calls = (bench: Bench, c: Connection, order: string): (number | Errno)[] =>
  order.split('').map((call) => (call === 'r' ? read(bench, c) : write(bench, c)));

describe('D2, D3: calls after a reset', () => {
  test.each([
    ['ESTABLISHED', 'rrw', ['ECONNRESET', 0, 'EPIPE']],
    ['ESTABLISHED', 'wwr', ['ECONNRESET', 'EPIPE', 0]],
    ['FIN-WAIT-2', 'rr', ['ECONNRESET', 0]],
    // After a FIN there is end of file, and no reset is read.
    ['CLOSE-WAIT', 'rrw', [0, 0, 'EPIPE']],
    ['CLOSE-WAIT', 'wwr', ['EPIPE', 'EPIPE', 0]],
    ['CLOSING', 'rr', [0, 0]],
  ] as const)('in %s, %s', (state, order, results) => {
    const bench = new Bench();
    const c = inState(bench, state);
    bench.arrive(c, 'R nxt(0)');
    expect(calls(bench, c, order)).toEqual(results);
    expect(c.endedBy).toMatchObject({ kind: 'received', rule: { source: 'RFC 5961 §3.2' } });
  });

  test('D1: a connect that is refused says so once', () => {
    const bench = new Bench();
    const c = inState(bench, 'SYN-SENT');
    bench.arrive(c, 'R. 0(0) ack 1');
    expect(calls(bench, c, 'wwr')).toEqual(['ECONNREFUSED', 'EPIPE', 0]);
  });

  test('what was received before the reset is read before the error', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'P. 1(1500) ack 1');
    bench.arrive(c, 'R nxt(0)');
    expect(calls(bench, c, 'rrrr')).toEqual([1000, 500, 'ECONNRESET', 0]);
  });

  test('an error without a reset is told the same way', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    write(bench, c);
    fail(c, 'ETIMEDOUT');
    expect(c.sendBuffer.length).toBe(0);
    expect(calls(bench, c, 'rrw')).toEqual(['ETIMEDOUT', 0, 'EPIPE']);
    expect(c.endedBy).toBeUndefined();
  });
});

describe('send and receive', () => {
  test('say EAGAIN where a blocking call would wait', () => {
    const bench = new Bench();
    expect(calls(bench, inState(bench, 'SYN-SENT'), 'rw')).toEqual(['EAGAIN', 'EAGAIN']);
    const c = inState(bench, 'ESTABLISHED');
    expect(read(bench, c)).toBe('EAGAIN');
    // Half of the window of 10000 bytes, in whole segments of 1460, makes buffers of 4380 bytes; what the
    // congestion window allows goes over to the third. With 896 bytes for each, 65536 bytes are not used
    // up by twelve, 4380 * 12 + 1460 + 896 * 12, so a thirteenth is begun.
    expect(send(c, BYTES, 0, BYTES.length, bench.now)).toBe(4380 * 13 + 1460);
    expect(write(bench, c)).toBe('EAGAIN');
  });

  test('in TIME-WAIT the socket is as closed, and what came is still read', () => {
    const bench = new Bench();
    const c = inState(bench, 'FIN-WAIT-2');
    bench.arrive(c, 'FP. 1(5) ack 2');
    expect(c.state).toBe('TIME-WAIT');
    expect(calls(bench, c, 'rrw')).toEqual([5, 0, 'EPIPE']);
    close(c, bench.now);
    expect(bench.resets).toEqual([]);
  });
});

describe('shutdown', () => {
  test.each([
    ['ESTABLISHED', 'write', ['F. 1(0) ack 1'], 'FIN-WAIT-1', undefined],
    ['ESTABLISHED', 'both', ['F. 1(0) ack 1'], 'FIN-WAIT-1', undefined],
    ['ESTABLISHED', 'read', [], 'ESTABLISHED', undefined],
    ['CLOSE-WAIT', 'write', ['F. 1(0) ack 2'], 'LAST-ACK', undefined],
    ['FIN-WAIT-2', 'write', [], 'FIN-WAIT-2', undefined],
    ['SYN-SENT', 'write', [], 'CLOSED', undefined],
  ] as const)('in %s of %s', (state, how, replies, next, errno) => {
    const bench = new Bench();
    const c = inState(bench, state);
    // SO_LINGER does not matter: only close(2) aborts.
    c.options = { ...c.options, lingerSeconds: 0 };
    expect(shutdown(c, how, bench.now)).toBe(errno);
    expect(bench.replies()).toEqual(replies);
    expect(c.state).toBe(next);
  });

  test('without a connection is ENOTCONN', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'R nxt(0)');
    expect(shutdown(c, 'write', bench.now)).toBe('ENOTCONN');
  });

  test('A21: data after SHUT_RD is acknowledged and readable, or reset if set so', () => {
    for (const word of ['discard', 'reset'] as const) {
      const bench = new Bench();
      bench.settings.resetlab_read_shutdown = word;
      const c = inState(bench, 'ESTABLISHED');
      shutdown(c, 'read', bench.now);
      expect(read(bench, c)).toBe(0);
      const replies = bench.arrive(c, 'P. 1(10) ack 1');
      if (word === 'reset') {
        expect(replies).toEqual(['R 1(0)']);
        expect(calls(bench, c, 'w')).toEqual(['ECONNRESET']);
      } else {
        expect(calls(bench, c, 'rr')).toEqual([10, 0]);
        expect(c.state).toBe('ESTABLISHED');
      }
      const kind = word === 'reset' ? 'sent' : 'withheld';
      expect(bench.events).toMatchObject([
        { kind, cause: 'read-shutdown', rule: { claim: 'A21' } },
      ]);
    }
  });

  test('of both sides, then data: a reset on Linux too', () => {
    const bench = new Bench();
    const c = inState(bench, 'FIN-WAIT-2');
    shutdown(c, 'read', bench.now);
    expect(bench.arrive(c, 'P. 1(10) ack 2')).toEqual(['R 2(0)']);
    expect(bench.resets).toMatchObject([
      { cause: 'read-shutdown', linuxReason: 'TCP_ABORT_ON_DATA' },
    ]);
    expect(read(bench, c)).toBe('ECONNRESET');
  });
});

describe('close', () => {
  test('A4: sends a FIN behind what was written, and returns at once', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    write(bench, c, 3000);
    close(c, bench.now);
    expect(bench.replies().at(-1)).toMatch(/^FP?\. /);
    expect([c.state, c.orphan]).toEqual(['FIN-WAIT-1', true]);
  });

  test.each([
    ['ESTABLISHED', 'R. 1(0) ack 11 live'],
    ['FIN-WAIT-2', 'R. 2(0) ack 11 live'],
  ] as const)('A10: with data unread resets in %s', (state, reset) => {
    const bench = new Bench();
    const c = inState(bench, state);
    bench.arrive(c, `P. 1(10) ack ${state === 'ESTABLISHED' ? 1 : 2}`);
    bench.replies();
    bench.events.length = 0;
    // SO_LINGER of no seconds is asked only after that.
    c.options = { ...c.options, lingerSeconds: 0 };
    close(c, bench.now);
    expect(bench.replies()).toEqual([reset]);
    expect(bench.events).toMatchObject([
      {
        cause: 'close-with-unread-data',
        linuxReason: 'TCP_ABORT_ON_CLOSE',
        state,
        variables: { unread: 10 },
      },
    ]);
    expect(c.state).toBe('CLOSED');
  });

  test('A10: in CLOSE-WAIT likewise; and with data of ours on the way SEQ is SND.NXT', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'FP. 1(10) ack 1');
    write(bench, c, 20);
    bench.replies();
    close(c, bench.now);
    expect(bench.replies()).toEqual(['R. 21(0) ack 12 live']);
  });

  // SO_LINGER of no seconds: CLOSING, LAST-ACK and SYN-SENT end in silence.
  test.each([
    ['ESTABLISHED', ['R. 1(0) ack 1 live']],
    ['SYN-RECEIVED', ['R. 1(0) ack 1 live']],
    ['FIN-WAIT-1', ['R. 2(0) ack 1 live']],
    ['FIN-WAIT-2', ['R. 2(0) ack 1 live']],
    ['CLOSE-WAIT', ['R. 1(0) ack 2 live']],
    ['CLOSING', []],
    ['LAST-ACK', []],
    ['SYN-SENT', []],
  ] as const)('A5: with SO_LINGER of no seconds in %s', (state, replies) => {
    const bench = new Bench();
    const c = inState(bench, state);
    c.options = { ...c.options, lingerSeconds: 0 };
    close(c, bench.now);
    expect(bench.replies()).toEqual(replies);
    expect(c.state).toBe('CLOSED');
    for (const event of bench.events) {
      expect(event).toMatchObject({ cause: 'linger-zero', linuxReason: 'TCP_STATE' });
    }
  });

  test('with SO_LINGER of no seconds in LAST-ACK, something unsent: a reset', () => {
    const bench = new Bench();
    const c = inState(bench, 'CLOSE-WAIT');
    c.sndWnd = 0;
    write(bench, c);
    shutdown(c, 'write', bench.now);
    bench.replies();
    abort(c, 'linger-zero', bench.now);
    expect(bench.resets).toMatchObject([{ linuxReason: 'TCP_DISCONNECT_WITH_DATA' }]);
  });

  test('with negative TCP_LINGER2 in FIN-WAIT-2 resets', () => {
    const bench = new Bench();
    const c = inState(bench, 'FIN-WAIT-2');
    c.options = { ...c.options, linger2Seconds: -1 };
    close(c, bench.now);
    expect(bench.replies()).toEqual(['R. 2(0) ack 1 live']);
    expect(bench.resets).toMatchObject([
      { cause: 'linger2-abort', linuxReason: 'TCP_ABORT_ON_LINGER' },
    ]);
  });

  test('in SYN-SENT says nothing, in SYN-RECEIVED sends a FIN', () => {
    const bench = new Bench();
    const early = inState(bench, 'SYN-SENT');
    close(early, bench.now);
    expect([early.state, bench.replies()]).toEqual(['CLOSED', []]);
    const crossed = inState(bench, 'SYN-RECEIVED');
    close(crossed, bench.now);
    expect([crossed.state, bench.replies()]).toEqual(['FIN-WAIT-1', ['F. 1(0) ack 1']]);
  });

  test('keeps FIN-WAIT-2 for tcp_fin_timeout, all of it as a TIME-WAIT entry up to a minute', () => {
    const bench = new Bench();
    const c = inState(bench, 'FIN-WAIT-2');
    close(c, bench.now);
    expect([c.becomesTimeWait, c.closeAtMs - bench.now]).toEqual([true, 60_000]);
    // TCP_LINGER2 of 100 s: a whole connection for the 40 s more.
    const long = orphanIn(bench, 'FIN-WAIT-2');
    expect([long.becomesTimeWait, long.closeAtMs - bench.now]).toEqual([false, 40_000]);
    closeTimeout(long, long.closeAtMs);
    expect([long.state, long.becomesTimeWait]).toEqual(['FIN-WAIT-2', true]);
  });
});

describe('abort', () => {
  const SILENT_STATES: readonly State[] = ['SYN-SENT', 'CLOSING', 'LAST-ACK'];

  test.each([
    ['disconnect', 'TCP_STATE', 'ECONNRESET'],
    ['destroyed', 'TCP_STATE', 'ECONNABORTED'],
    ['listener-closed', 'TCP_STATE', undefined],
    ['keepalive-timeout', 'TCP_KEEPALIVE_TIMEOUT', 'ETIMEDOUT'],
    ['orphan-limit', 'TCP_ABORT_ON_MEMORY', undefined],
    ['zero-window-timeout', 'NOT_SPECIFIED', 'ETIMEDOUT'],
  ] as const)('for %s: reason %s, error %s', (cause: CauseId, linuxReason, errno) => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    write(bench, c);
    bench.replies();
    abort(c, cause, bench.now);
    expect(bench.replies()).toEqual(['R. 11(0) ack 1 live']);
    expect(bench.events).toMatchObject([{ cause, linuxReason, state: 'ESTABLISHED' }]);
    expect([c.state, c.error?.errno, c.sendBuffer.length]).toEqual(['CLOSED', errno, 0]);
    expect(c.endedBy).toBe(bench.events[0]);
  });

  test.each(SILENT_STATES)('by ss -K sends nothing in %s', (state) => {
    const bench = new Bench();
    const c = inState(bench, state);
    abort(c, 'destroyed', bench.now);
    expect([bench.replies(), c.error?.errno]).toEqual([[], 'ECONNABORTED']);
  });

  test('A20: of an orphan follows its FIN', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    close(c, bench.now);
    abort(c, 'orphan-limit', bench.now);
    expect(bench.replies()).toEqual(['F. 1(0) ack 1', 'R. 2(0) ack 1 live']);
  });

  test('a dissolved socket is as new: ENOTCONN after the one error', () => {
    const bench = new Bench();
    const c = inState(bench, 'ESTABLISHED');
    bench.arrive(c, 'P. 1(10) ack 1');
    abort(c, 'disconnect', bench.now);
    expect(calls(bench, c, 'rr')).toEqual(['ECONNRESET', 'ENOTCONN']);
  });

  test('does nothing to what is over', () => {
    const bench = new Bench();
    const c = inState(bench, 'FIN-WAIT-2');
    bench.arrive(c, 'F. 1(0) ack 2');
    abort(c, 'linger-zero', bench.now);
    abort(c, 'linger-zero', bench.now);
    expect([c.state, bench.resets]).toEqual(['CLOSED', []]);
  });
});
