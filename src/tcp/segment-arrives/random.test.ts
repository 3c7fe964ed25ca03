import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../../test/random.ts';
import { RST } from '../../wire/packet.ts';
import { Segment } from '../../wire/segment.ts';
import { add } from '../../wire/sequence.ts';
import { Bench, PATH } from '../bench.fixture.ts';
import type { Connection } from '../connection.ts';
import { assertInvariants } from '../invariants.ts';
import { newRequest } from '../request.ts';
import { inState } from '../states.fixture.ts';
import type { State } from '../state.ts';
import { TimeWait, timeWaitArrives } from '../time-wait.ts';
import { close, receive, send, shutdown } from '../user-calls.ts';
import { closedArrives } from './closed.ts';
import { listenArrives } from './listen.ts';
import { segmentArrives } from './segment-arrives.ts';
import { requestArrives } from './syn-received.ts';

const STATES: readonly State[] = [
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
];

/** Most distances are small, so that segments hit windows and their edges; some are anything. */
const distance = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: -3000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer() },
);

const anySegment = fc.record({
  flags: fc.oneof(fc.constantFrom(16, 24, 17, 2, 18, 4, 20), fc.integer({ min: 0, max: 255 })),
  seq: distance,
  ack: distance,
  window: fc.oneof(fc.constantFrom(0, 1, 65_535), fc.integer({ min: 0, max: 65_535 })),
  urgentPointer: fc.integer({ min: 0, max: 65_535 }),
  payloadLength: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
  hasTimestamps: fc.boolean(),
  tsval: distance,
  tsecr: distance,
  sackBlocks: fc.integer({ min: 0, max: 4 }),
  sack: fc.array(distance, { minLength: 8, maxLength: 8 }),
  mss: fc.constantFrom(-1, 0, 1, 536, 1460, 65_535),
  windowScale: fc.integer({ min: -1, max: 255 }),
  sackPermitted: fc.boolean(),
});

type Fields = typeof anySegment extends fc.Arbitrary<infer T> ? T : never;

/** Numbers are counted from what the receiver expects and has sent. */
const made = (fields: Fields, rcvNxt: number, sndNxt: number, now: number): Segment => {
  const { sack, ...plain } = fields;
  const segment = Object.assign(new Segment(), plain);
  segment.seq = add(rcvNxt, fields.seq);
  segment.ack = add(sndNxt, fields.ack);
  segment.tsval = add(5000, fields.tsval);
  segment.tsecr = add(now, fields.tsecr);
  for (const [at, value] of sack.entries()) segment.sack[at] = add(sndNxt, value);
  segment.payload = new Uint8Array(fields.payloadLength);
  return segment;
};

const anyStep = fc.oneof(
  { weight: 5, arbitrary: anySegment },
  { weight: 1, arbitrary: fc.constantFrom('read', 'write', 'shutdown', 'close', 'wait') },
);

const step = (bench: Bench, c: Connection, what: Fields | string): void => {
  bench.later(1);
  if (typeof what !== 'string') {
    const segment = made(what, c.rcvNxt, c.sndNxt, bench.now);
    segmentArrives(c, segment, bench.now);
    expectNoAnswerToReset(bench, segment);
  } else if (what === 'read') receive(c, new Uint8Array(4000), 0, 4000, bench.now);
  else if (what === 'write') send(c, new Uint8Array(4000), 0, 4000, bench.now);
  else if (what === 'shutdown') shutdown(c, 'write', bench.now);
  else if (what === 'close') close(c, bench.now);
  else bench.later(1000);
  assertInvariants(c);
};

const expectNoAnswerToReset = (bench: Bench, segment: Segment): void => {
  const sent = bench.replies().filter((text) => text.startsWith('R'));
  if ((segment.flags & RST) !== 0) expect(sent).toEqual([]);
  expect(bench.events.filter(({ kind }) => kind === 'sent')).toHaveLength(bench.resets.length);
};

describe('whatever arrives', () => {
  test.each(STATES)('from %s on: invariants hold, and no reset answers a reset', (state) => {
    const run = fc.property(fc.boolean(), fc.array(anyStep, { maxLength: 30 }), (times, steps) => {
      const bench = new Bench();
      const c = inState(bench, state);
      c.timestamps = times && state !== 'SYN-SENT';
      c.sackPermitted = times;
      for (const what of steps) {
        if (c.state === 'CLOSED' || c.becomesTimeWait) break;
        step(bench, c, what);
      }
    });
    holds(run, 300);
  });

  test('at a request, in TIME-WAIT, in LISTEN and in CLOSED: likewise', () => {
    const run = fc.property(anySegment, fc.boolean(), (fields, isFinWait2) => {
      const bench = new Bench();
      const parts = { iss: -2, tsOffset: 0, pathMtu: 1500, receiveSpace: 65_536 };
      const syn = Object.assign(new Segment(), { flags: 2, seq: 0x7fff_fffe, hasTimestamps: true });
      const request = newRequest(PATH, syn, bench.settings, parts, bench.now);
      const tw = new TimeWait();
      tw.state = isFinWait2 ? 'FIN-WAIT-2' : 'TIME-WAIT';
      tw.rcvNxt = request.rcvNxt;
      tw.timestamps = fields.sackPermitted;
      const segment = made(fields, request.rcvNxt, -1, bench.now);
      const { settings, now } = bench;
      requestArrives(request, segment, settings, bench, now);
      timeWaitArrives(tw, segment, PATH, settings, fields.sackPermitted, bench, now);
      listenArrives(PATH, segment, bench, now);
      closedArrives('closed-port', PATH, segment, bench, now);
      expectNoAnswerToReset(bench, segment);
    });
    holds(run, 2000);
  });
});
