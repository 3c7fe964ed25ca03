import { describe, expect, test } from 'vitest';
import { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { assertInvariants } from './invariants.ts';
import { Reassembly } from './reassembly.ts';
import { inState } from './states.fixture.ts';
import type { State } from './state.ts';

const reassemblyWith = (c: Connection, from: number, to: number): Reassembly => {
  const pieces = new Reassembly();
  pieces.add((c.rcvNxt + from) | 0, (c.rcvNxt + to) | 0);
  return pieces;
};

describe('a broken rule is found, and told with the variables', () => {
  const broken: readonly (readonly [string, State, (c: Connection) => void])[] = [
    ['SND.UNA is at or before SND.NXT', 'ESTABLISHED', (c) => (c.sndUna += 1)],
    ['SND.NXT is at or before what was written', 'ESTABLISHED', (c) => (c.sndNxt += 1)],
    ['the send buffer holds what is not acknowledged', 'ESTABLISHED', (c) => (c.sndEnd += 1)],
    ['a FIN is sent only after it was queued', 'FIN-WAIT-1', (c) => (c.finQueued = false)],
    ['the last ACK sent acknowledges what was received', 'ESTABLISHED', (c) => (c.rcvWup += 1)],
    ['no more is readable than was received', 'ESTABLISHED', (c) => (c.receiveBuffer.readable = 1)],
    ["the peer's FIN came", 'ESTABLISHED', (c) => (c.finReceived = true)],
    [
      'our FIN is queued',
      'FIN-WAIT-2',
      (c) => Object.assign(c, { state: 'CLOSE-WAIT', finReceived: true }),
    ],
    ['our FIN is acknowledged', 'FIN-WAIT-1', (c) => (c.state = 'FIN-WAIT-2')],
    ['disjoint', 'ESTABLISHED', (c) => (c.reassembly = reassemblyWith(c, -1, 5))],
    ['in the window', 'ESTABLISHED', (c) => (c.reassembly = reassemblyWith(c, 5, 1_000_000))],
    [
      'no timer runs in CLOSED',
      'CLOSING',
      (c) => Object.assign(c, { state: 'CLOSED', closeAtMs: 5 }),
    ],
  ];

  test.each(broken)('%s', (rule, state, breakIt) => {
    const c = inState(new Bench(), state);
    assertInvariants(c);
    breakIt(c);
    expect(() => assertInvariants(c)).toThrow(rule);
    expect(() => assertInvariants(c)).toThrow('"sndUna":');
  });
});
