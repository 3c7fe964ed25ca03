import { describe, expect, test } from 'vitest';
import type { Segment } from '../wire/segment.ts';
import { Bench, IRS, ISS, PATH, segment } from './bench.fixture.ts';
import { newCongestionControl } from './congestion/algorithms.ts';
import type { Connection } from './connection.ts';
import { assertInvariants } from './invariants.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import {
  connectionOf,
  newRequest,
  type Request,
  requestOfCookie,
  requestTimeout,
  sendSynAck,
} from './request.ts';
import { requestArrives } from './segment-arrives/syn-received.ts';
import { SendBuffer } from './send-buffer.ts';
import { send } from './user-calls.ts';

const PARTS = { iss: ISS, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };

const halfOpen = (bench: Bench, more: Partial<Segment> = {}): Request => {
  const syn = segment('S 0(0)', undefined, { mss: 1460, ...more });
  const request = newRequest(PATH, syn, bench.settings, PARTS, bench.now);
  sendSynAck(request, bench.settings, bench, bench.now);
  bench.replies();
  return request;
};

const arrive = (bench: Bench, request: Request, text: string, more: Partial<Segment> = {}) => {
  const came = segment(text, undefined, more);
  const end = requestArrives(request, came, bench.settings, bench, bench.now);
  return { end, replies: bench.replies() };
};

const connection = (
  bench: Bench,
  request: Request,
  text: string,
  configure: (c: Connection) => void = () => {},
): Connection => {
  const parts = {
    configure,
    sendBuffer: new SendBuffer(65_536),
    receiveBuffer: new ReceiveBuffer(131_072),
    congestion: newCongestionControl('reno'),
    pathMtu: 1500,
  };
  const came = segment(text);
  return connectionOf(request, came, bench.settings, bench, parts, bench.now);
};

const SILENT = { end: 'keep', replies: [] };
const CHALLENGED = { end: 'keep', replies: ['. 1(0) ack 1'] };

describe('SYN-RECEIVED of a passive open, as Linux answers', () => {
  // Its window is 44 segments of 1460 bytes: 64240.
  test.each([
    ['R 1(0)', { end: 'gone', replies: [] }],
    ['R. 1(0) ack 1', { end: 'gone', replies: [] }],
    ['R. 1(0) ack 99', { end: 'gone', replies: [] }],
    ['R 2(0)', CHALLENGED],
    ['R. 64241(0) ack 1', CHALLENGED],
    ['R 64242(0)', SILENT],
    ['R 0(0)', SILENT],
    ['S 0(0)', { end: 'keep', replies: ['S. 0(0) ack 1'] }],
    ['S 1(0)', { end: 'gone', replies: ['R. zero(0) ack 2'] }],
    ['S 64240(0)', { end: 'gone', replies: ['R. zero(0) ack 64241'] }],
    ['SF 5(0)', { end: 'gone', replies: ['R. zero(0) ack 7'] }],
    ['S. 1(0) ack 1', { end: 'gone', replies: ['R 1(0)'] }],
    ['S 64242(0)', CHALLENGED],
    ['S -5(0)', CHALLENGED],
    ['. -5(0) ack 1', CHALLENGED],
    ['. 64242(0) ack 1', CHALLENGED],
    ['. 1(0) ack 0', { end: 'keep', replies: ['R 0(0)'] }],
    ['P. 1(5) ack 2', { end: 'keep', replies: ['R 2(0)'] }],
    ['F 1(0)', SILENT],
    ['- 1(0)', SILENT],
    ['. 1(0) ack 1', { end: 'complete', replies: [] }],
    ['P. 1(5) ack 1', { end: 'complete', replies: [] }],
    ['F. 1(0) ack 1', { end: 'complete', replies: [] }],
  ])('%s', (text, answer) => {
    const bench = new Bench();
    expect(arrive(bench, halfOpen(bench), text)).toEqual(answer);
  });

  test('resets say why', () => {
    const bench = new Bench();
    arrive(bench, halfOpen(bench), '. 1(0) ack 2');
    arrive(bench, halfOpen(bench), 'S 1(0)');
    expect(bench.resets).toMatchObject([
      { cause: 'bad-ack-in-handshake', linuxReason: 'TCP_FLAGS' },
      { cause: 'bad-ack-in-handshake', linuxReason: 'INVALID_SYN' },
    ]);
  });

  test('an old timestamp, or the echo of one never sent, is answered with an ACK', () => {
    const times = { hasTimestamps: true, tsval: 5000, tsecr: 0 };
    for (const wrong of [{ tsval: 4999 }, { tsecr: 999_999 }, { tsecr: 1_000_001 }]) {
      const bench = new Bench();
      const request = halfOpen(bench, times);
      const right = { ...times, tsval: 5001, tsecr: bench.now };
      expect(arrive(bench, request, '. 1(0) ack 1', { ...right, ...wrong })).toEqual(CHALLENGED);
      expect(arrive(bench, request, '. 1(0) ack 1', right).end).toBe('complete');
    }
  });
});

describe('the SYN,ACK', () => {
  test('has no options that the SYN has not', () => {
    const bench = new Bench();
    halfOpen(bench);
    expect(bench.last).toMatchObject({
      mss: 1460,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamps: false,
      window: 64_240,
    });
  });

  test('scales to no more than a listener with SO_RCVBUF will ever offer', () => {
    const bench = new Bench();
    const syn = segment('S 0(0)', undefined, { mss: 1460, windowScale: 7 });
    const parts = { ...PARTS, receiveSpace: 1_048_576, receiveBufferLocked: true };
    // 2^20 / 2^15.
    expect(newRequest(PATH, syn, bench.settings, parts, bench.now).rcvWndScale).toBe(5);
  });

  test('answers all that both ends want', () => {
    const bench = new Bench();
    const times = { hasTimestamps: true, tsval: 5000 };
    halfOpen(bench, { windowScale: 7, sackPermitted: true, ...times });
    // 65160 = 45 segments of 1448 bytes; 2^25 bytes of tcp_rmem want a shift of 10.
    expect(bench.last).toMatchObject({
      windowScale: 10,
      sackPermitted: true,
      window: 65_160,
      tsval: bench.now,
      tsecr: 5000,
    });
  });

  test('that is a cookie without timestamps can promise nothing', () => {
    const bench = new Bench();
    const syn = segment('S 0(0)', undefined, { mss: 1460, windowScale: 7, sackPermitted: true });
    const parts = { ...PARTS, isCookie: true };
    const request = newRequest(PATH, syn, bench.settings, parts, bench.now);
    expect(request).toMatchObject({ windowScale: -1, sackPermitted: false });
  });
});

describe('A17: its last segment lost', () => {
  test('five more SYN,ACKs at 1, 3, 7, 15, 31 s; dropped at 63 s without a word', () => {
    const bench = new Bench();
    const request = halfOpen(bench);
    const began = bench.now;
    const times: number[] = [];
    for (;;) {
      bench.now = request.deadlineMs;
      const end = requestTimeout(request, bench.settings, bench, bench.now);
      times.push((bench.now - began) / 1000);
      if (end === 'gone') break;
      expect(bench.replies()).toEqual(['S. 0(0) ack 1']);
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 63]);
    expect(bench.replies()).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'withheld', cause: 'syn-flood-defence' }]);
  });

  test('A24: with resetlab.half_open_timeout = reset the client is told', () => {
    const bench = new Bench();
    bench.settings.resetlab_half_open_timeout = 'reset';
    bench.settings.tcp_synack_retries = 0;
    const request = halfOpen(bench);
    expect(requestTimeout(request, bench.settings, bench, bench.now)).toBe('gone');
    expect(bench.replies()).toEqual(['R. 1(0) ack 1 live']);
    expect(bench.events).toMatchObject([{ kind: 'sent', cause: 'syn-flood-defence' }]);
  });
});

describe('the connection it becomes', () => {
  test('takes text and FIN of the segment that completes it', () => {
    const bench = new Bench();
    const request = halfOpen(bench);
    const c = connection(bench, request, 'FP. 1(5) ack 1');
    expect(c.state).toBe('ESTABLISHED');
    assertInvariants(c);
    bench.arrive(c, 'FP. 1(5) ack 1');
    expect(c.state).toBe('CLOSE-WAIT');
    expect(c.receiveBuffer.readable).toBe(5);
  });

  test('has the window of the ACK, scaled', () => {
    const bench = new Bench();
    const c = connection(bench, halfOpen(bench, { windowScale: 3 }), '. 1(0) ack 1');
    expect(c.sndWnd).toBe(80_000);
    expect(c.windowScaling).toBe(true);
  });

  test('doubts acknowledgements further back than it has had any (RFC 5961 §5.2)', () => {
    const bench = new Bench();
    const c = connection(bench, halfOpen(bench), '. 1(0) ack 1');
    expect(bench.arrive(c, '. 1(0) ack 0')).toEqual(['. 1(0) ack 1']);
    bench.later(1000);
    send(c, new Uint8Array(1), 0, 1, bench.now);
    bench.replies();
    bench.arrive(c, '. 1(0) ack 2');
    expect(bench.arrive(c, '. 1(0) ack 1')).toEqual([]);
    expect(bench.arrive(c, '. 1(0) ack 0')).toEqual(['. 2(0) ack 1']);
  });

  test("has its listener's options, and a keepalive timer if they ask for one", () => {
    const bench = new Bench();
    const c = connection(bench, halfOpen(bench), '. 1(0) ack 1', (made) => {
      made.options = { ...made.options, keepalive: true };
    });
    // tcp_keepalive_time
    expect(c.keepaliveAtMs - bench.now).toBe(7_200_000);
  });

  test('comes from a cookie as well', () => {
    const bench = new Bench();
    const options = {
      mss: 1300,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamps: false,
      ecn: false,
    };
    const ack = segment('. 1(0) ack 1');
    const { iss: _, ...parts } = PARTS;
    const request = requestOfCookie(PATH, ack, options, bench.settings, parts, bench.now);
    expect([request.iss, request.irs, request.peerMss]).toEqual([ISS, IRS, 1300]);
    expect(connection(bench, request, '. 1(0) ack 1').sndMss).toBe(1300);
  });
});

describe('a reset in the window of a half-open connection', () => {
  test('ends it where resetlab.reset_acceptance is rfc793', () => {
    const bench = new Bench();
    expect(arrive(bench, halfOpen(bench), 'R 5(0)')).toEqual({
      end: 'keep',
      replies: ['. 1(0) ack 1'],
    });
    bench.settings.resetlab_reset_acceptance = 'rfc793';
    expect(arrive(bench, halfOpen(bench), 'R 5(0)')).toEqual({ end: 'gone', replies: [] });
  });
});
