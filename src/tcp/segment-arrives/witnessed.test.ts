import { describe, expect, it } from 'vitest';
import type { Segment } from '../../wire/segment.ts';
import { ECE, CWR } from '../../wire/segment.ts';
import { add, after, before } from '../../wire/sequence.ts';
import { Bench, IRS, ISS, PATH, segment } from '../bench.fixture.ts';
import type { Connection } from '../connection.ts';
import { newRequest, sendRequestAck } from '../request.ts';
import { inState, orphanIn } from '../states.fixture.ts';
import { TimeWait, timeWaitArrives, timeWaitOf } from '../time-wait.ts';
import { abort } from '../ending.ts';
import { close, receive, send, shutdown } from '../user-calls.ts';
import { setQuickAck } from '../ack-policy.ts';
import { requestArrives } from './syn-received.ts';

/*
 * What random sequences of segments to a Linux kernel (6.18) have shown, a line each; the function of the
 * kernel stands behind. The sequences themselves: `resetlab lab differential`.
 */

const established = (bench: Bench, more: Partial<Segment> = {}): Connection => {
  const c = bench.open();
  bench.later(4);
  bench.arrive(c, 'S. 0(0) ack 1', { mss: 1460, sackPermitted: true, ...more });
  bench.later(1000);
  return c;
};

const sack = ({ last }: Bench): number[] =>
  [...last.sack.subarray(0, 2 * last.sackBlocks)].map((seq) => add(seq, -IRS));

const TIMES = { hasTimestamps: true, tsval: 700 } as const;

describe('a FIN', () => {
  it('that comes out of order counts one in its SACK block (tcp_sack_new_ofo_skb)', () => {
    const bench = new Bench();
    const c = established(bench);
    expect(bench.arrive(c, 'F. 3(100) ack 1')).toEqual(['. 1(0) ack 1']);
    expect(sack(bench)).toEqual([3, 104]);
    expect(bench.arrive(c, '. 1(2) ack 1')).toEqual(['. 1(0) ack 104']);
    expect(c.state).toBe('CLOSE-WAIT');
    expect(c.receiveBuffer.readable).toBe(102);
  });

  it('that comes again is acknowledged at once, with a D-SACK (tcp_data_queue)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'P. 1(100) ack 1');
    bench.arrive(c, 'F. 101(0) ack 1');
    expect(bench.arrive(c, 'F. 101(0) ack 1')).toEqual(['. 1(0) ack 102']);
    expect(sack(bench)).toEqual([101, 102]);
  });

  it('is forgotten where text has come in its place (tcp_ofo_queue)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'F. 10(20) ack 1');
    bench.arrive(c, '. 1(100) ack 1');
    expect(c.state).toBe('ESTABLISHED');
    expect(c.receiveBuffer.readable).toBe(100);
  });

  it('is dropped with a segment that brings nothing new (tcp_data_queue_ofo)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 11(100) ack 1');
    bench.arrive(c, 'F. 20(10) ack 1');
    bench.arrive(c, '. 1(10) ack 1');
    expect([c.state, c.receiveBuffer.readable]).toEqual(['ESTABLISHED', 110]);
  });

  it('is forgotten where text has come in its place out of order too (tcp_data_queue_ofo)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'F. 3(0) ack 1');
    bench.arrive(c, '. 2(100) ack 1');
    bench.arrive(c, '. 1(1) ack 1');
    expect([c.state, c.receiveBuffer.readable]).toEqual(['ESTABLISHED', 101]);
  });

  it('of several the first ends the stream', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, 'F. 50(10) ack 1');
    bench.arrive(c, 'F. 11(10) ack 1');
    bench.arrive(c, '. 1(10) ack 1');
    expect([c.state, c.receiveBuffer.readable]).toEqual(['CLOSE-WAIT', 20]);
  });

  it('without text does not travel ECN-capable (tcp_ecn_send)', () => {
    const bench = new Bench();
    bench.settings.tcp_ecn = 1;
    const c = established(bench, { flags: 2 | 16 | ECE });
    expect(c.ecn).toBe(true);
    shutdown(c, 'write', bench.now);
    expect(bench.replies().at(-1)).toBe('F. 1(0) ack 1');
    expect(bench.last.ecn).toBe(0);
  });

  it('behind a gap is refused where nobody reads any more (tcp_rcv_state_process)', () => {
    const bench = new Bench();
    const c = orphanIn(bench, 'FIN-WAIT-1');
    expect(bench.arrive(c, 'F. 3(0) ack 2')).toEqual(['R 2(0)']);
    expect(c.state).toBe('CLOSED');
  });

  it('that is unread fills the receive queue: no segment may end beyond the window (tcp_sequence)', () => {
    const bench = new Bench();
    const c = inState(bench, 'CLOSE-WAIT');
    expect(bench.arrive(c, '. edge-1(10) ack 1')).toEqual(['. 1(0) ack 2']);
    receive(c, new Uint8Array(1), 0, 1, bench.now);
    bench.later(1000);
    expect(bench.arrive(c, '. edge-1(10) ack 1')).toEqual([]);
  });
});

describe('a D-SACK', () => {
  it('is dropped when other text comes before it was told (tcp_data_queue)', () => {
    const bench = new Bench();
    const c = established(bench);
    setQuickAck(c, false, bench.now);
    expect(bench.arrive(c, '. 1(100) ack 1')).toEqual([]);
    expect(bench.arrive(c, '. 1(110) ack 1')).toEqual([]);
    bench.arrive(c, '. 300(10) ack 1');
    expect(sack(bench)).toEqual([300, 310]);
  });
});

describe('timestamps', () => {
  it('of an acknowledgement that was overtaken set no TS.Recent (tcp_ack, old_ack)', () => {
    const bench = new Bench();
    const c = established(bench, TIMES);
    send(c, new Uint8Array(10), 0, 10, bench.now);
    bench.arrive(c, '. 1(0) ack 11', { ...TIMES, tsval: 701 });
    bench.arrive(c, '. 2(5) ack 11', { ...TIMES, tsval: 702 });
    bench.arrive(c, '. 1(0) ack 5', { ...TIMES, tsval: 703 });
    expect(c.tsRecent).toBe(701);
  });

  it('are not echoed by SYN-RECEIVED and TIME-WAIT where the echo would be 0 (tcp_v4_send_ack)', () => {
    const bench = new Bench();
    const syn = segment('S 0(0)', undefined, { hasTimestamps: true, tsval: 0 });
    const parts = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
    const request = newRequest(PATH, syn, bench.settings, parts, bench.now);
    sendRequestAck(request, bench, bench.now);
    expect(bench.last.hasTimestamps).toBe(false);
    request.tsRecent = 1;
    sendRequestAck(request, bench, bench.now);
    expect(bench.last.hasTimestamps).toBe(true);
  });

  it('that are old take a reset in SYN-RECEIVED its force (tcp_check_req)', () => {
    const bench = new Bench();
    const syn = segment('S 0(0)', undefined, TIMES);
    const parts = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
    const request = newRequest(PATH, syn, bench.settings, parts, bench.now);
    const reset = (tsval: number) =>
      requestArrives(
        request,
        segment('R 1(0)', undefined, { ...TIMES, tsval }),
        bench.settings,
        bench,
        bench.now,
      );
    expect(reset(600)).toBe('keep');
    expect(reset(700)).toBe('gone');
  });
});

it('a SYN that comes again is answered again, whatever it echoes (tcp_check_req)', () => {
  const bench = new Bench();
  const syn = segment('S 0(0)', undefined, { ...TIMES, tsecr: 0 });
  const parts = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
  const request = newRequest(PATH, syn, bench.settings, parts, bench.now);
  const answers = (text: string): string[] => {
    const came = segment(text, undefined, { ...TIMES, tsecr: 12 });
    requestArrives(request, came, bench.settings, bench, bench.now);
    return bench.replies();
  };
  expect(answers('S 0(0)')).toEqual(['S. 0(0) ack 1']);
  bench.later(1000);
  // Anything else with an echo that was never sent is in doubt.
  expect(answers('. 1(0) ack 1')).toEqual(['. 1(0) ack 1']);
});

describe('SYN-RECEIVED', () => {
  const halfOpen = (bench: Bench) => {
    const parts = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
    return newRequest(PATH, segment('S 0(0)'), bench.settings, parts, bench.now);
  };

  it.each([
    // Its text reaches into the window, its number does not stand at the beginning.
    ['R 0(10)', ['. 1(0) ack 1']],
    ['R 0(0)', []],
    // FIN does not make another segment of a SYN.
    ['SF 0(0)', ['S. 0(0) ack 1']],
  ])('of a passive open answers %s with %j (tcp_check_req)', (text, replies) => {
    const bench = new Bench();
    requestArrives(halfOpen(bench), segment(text), bench.settings, bench, bench.now);
    expect(bench.replies()).toEqual(replies);
  });

  it('keeps the FIN of shutdown() until its SYN is acknowledged (tcp_shutdown)', () => {
    const bench = new Bench();
    const c = inState(bench, 'SYN-RECEIVED');
    expect(shutdown(c, 'write', bench.now)).toBeUndefined();
    expect([c.state, bench.replies()]).toEqual(['SYN-RECEIVED', []]);
    expect(bench.arrive(c, '. 1(0) ack 1')).toEqual(['F. 1(0) ack 1']);
    expect(c.state).toBe('FIN-WAIT-1');
  });

  it('that was closed is no nearer to FIN-WAIT-2 by an acknowledgement of nothing', () => {
    const bench = new Bench();
    const c = inState(bench, 'SYN-RECEIVED');
    close(c, bench.now);
    bench.replies();
    expect(bench.arrive(c, 'F. 1(0) ack 0')).toEqual([]);
    expect([c.state, c.sndUna]).toEqual(['FIN-WAIT-1', ISS]);
    expect(bench.arrive(c, '. 1(5) ack 0')).toEqual(['R 0(0)']);
    expect(c.state).toBe('CLOSED');
  });

  it('of a simultaneous open has ECN only if our SYN asked for it (tcp_ecn_rcv_syn)', () => {
    for (const [asks, flags] of [
      [2, 'S. 0(0) ack 1'],
      [1, 'SE. 0(0) ack 1'],
    ] as const) {
      const bench = new Bench();
      bench.settings.tcp_ecn = asks;
      const c = bench.open();
      bench.replies();
      expect(bench.arrive(c, 'SEW 0(0)')).toEqual([flags]);
    }
  });
});

it('a SYN that travels ECN-capable asks for no ECN (tcp_ecn_create_request)', () => {
  const bench = new Bench();
  const syn = segment('S 0(0)');
  syn.flags |= ECE | CWR;
  const parts = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
  const asks = (ecn: number): boolean =>
    newRequest(PATH, Object.assign(syn, { ecn }), bench.settings, parts, bench.now).ecn;
  expect([asks(0), asks(2), asks(3)]).toEqual([true, false, false]);
});

describe('TIME-WAIT', () => {
  const arrive = (bench: Bench, tw: TimeWait, text: string, listening: boolean): string[] => {
    const came = segment(text);
    timeWaitArrives(tw, came, PATH, bench.settings, listening, bench, bench.now);
    return bench.replies();
  };

  const timeWait = (bench: Bench): TimeWait => {
    const c = inState(bench, 'FIN-WAIT-2');
    // Takes the connection's budget of answers.
    bench.arrive(c, 'S 1(0)');
    bench.arrive(c, 'F. 1(0) ack 2');
    return timeWaitOf(c, bench.now, new TimeWait());
  };

  it('has a budget of answers of its own (tcp_time_wait)', () => {
    const bench = new Bench();
    const tw = timeWait(bench);
    expect(arrive(bench, tw, '. 900(0) ack 2', true)).toEqual(['. 2(0) ack 2']);
    expect(arrive(bench, tw, '. 900(0) ack 2', true)).toEqual([]);
  });

  it('answers a newer SYN that nobody listens for out of no budget (TCP_TW_SYN)', () => {
    const bench = new Bench();
    const tw = timeWait(bench);
    expect(arrive(bench, tw, 'S 3(0)', false)).toEqual(['. 2(0) ack 2']);
    expect(arrive(bench, tw, 'S 3(0)', false)).toEqual(['. 2(0) ack 2']);
  });
});

describe('an active reset', () => {
  it('tells what came out of order, as any segment (tcp_established_options)', () => {
    const bench = new Bench();
    const c = established(bench);
    bench.arrive(c, '. 500(100) ack 1');
    abort(c, 'linger-zero', bench.now);
    expect(bench.resets[0]?.sack.map((seq) => add(seq, -IRS))).toEqual([500, 600]);
  });
});

describe('acknowledgements', () => {
  it('that wait for no time leave with the next segment (tcp_send_delayed_ack)', () => {
    const bench = new Bench();
    const c = established(bench);
    // No text has come yet, so the delay is 0: a tick of the clock.
    expect(bench.arrive(c, 'F. 1(0) ack 1')).toEqual([]);
    expect(bench.arrive(c, '. 2(0) ack 1')).toEqual(['. 1(0) ack 2']);
  });

  it('wait on where TCP_QUICKACK is set with text unread (tcp_cleanup_rbuf)', () => {
    const bench = new Bench();
    const c = established(bench);
    setQuickAck(c, false, bench.now);
    bench.arrive(c, '. 1(100) ack 1');
    setQuickAck(c, true, bench.now);
    expect(bench.replies()).toEqual([]);
  });

  it('of a SYN,ACK wait for text with TCP_QUICKACK off (tcp_rcv_synsent_state_process)', () => {
    const bench = new Bench();
    const c = bench.open();
    setQuickAck(c, false, bench.now);
    bench.replies();
    expect(bench.arrive(c, 'S. 0(0) ack 1')).toEqual([]);
    expect(c.delayedAckAtMs - bench.now).toBe(200);
  });
});

it('the first window keeps room for one segment back (tcp_init_buffer_space)', () => {
  // 131072 of SO_RCVBUF offer 65536; 64240 was offered, but 65536 - 1460 is the most: its edge stays.
  const bench = new Bench();
  const c = established(bench, { windowScale: -1 });
  bench.arrive(c, '. 1(100) ack 1');
  expect(bench.last.window).toBe(64_240 - 100);
});

it('a window behind a gap is not undone by what fills the gap (tcp_update_wl)', () => {
  const bench = new Bench();
  const c = established(bench);
  bench.arrive(c, '. 501(500) ack 1');
  bench.arrive(c, '. 1(100) ack 1');
  bench.arrive(c, '. 101(0) ack 1', { window: 0 });
  expect(c.sndWnd).toBe(10_000);
});

it('a small window in the SYN makes segments small, but not the congestion window (tcp_init_cwnd)', () => {
  const bench = new Bench();
  const c = established(bench, { window: 300 });
  expect([c.sndMss, c.cwnd]).toEqual([300, 14_600]);
});

it('disconnect() tells no error where nothing was cut off (tcp_disconnect)', () => {
  const bench = new Bench();
  const c = inState(bench, 'LAST-ACK');
  abort(c, 'disconnect', bench.now);
  expect([bench.replies(), c.error]).toEqual([[], undefined]);
});

it('of two numbers just 2^31 apart each lies before and after the other (include/net/tcp.h)', () => {
  expect([before(0, -0x8000_0000), after(0, -0x8000_0000)]).toEqual([true, true]);
  expect([before(-0x8000_0000, 0), after(-0x8000_0000, 0)]).toEqual([true, true]);
});
