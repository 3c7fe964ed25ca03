import { describe, expect, it } from 'vitest';
import { SYN } from '../../../wire/packet.ts';
import { labAt } from '../address.ts';
import { connectionsIn, nextReset, passageOf, statesOf } from './ends.ts';
import { chosenIn, play, type Played } from './play.ts';
import { drawSequence, geometryFor } from './sequence.ts';

const played = (scenario: string, variant: string): Played => {
  const lab = labAt(scenario, variant);
  const run = play(chosenIn(lab)!, lab);
  if (typeof run === 'string') throw new Error(run);
  return run;
};

/** Each state once, in order. */
const changes = (states: readonly string[]): string[] =>
  states.filter((state, index) => state !== states[index - 1]);

describe('the states of both ends along a run', () => {
  it('follow the arrows of RFC 9293, figure 5', () => {
    const { moments } = played('normal-close', 'client-first');
    const [connection = ''] = connectionsIn(moments);
    expect(changes(statesOf(moments, 'client', connection))).toEqual([
      'CLOSED',
      'SYN-SENT',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'TIME-WAIT',
    ]);
    expect(changes(statesOf(moments, 'server', connection))).toEqual([
      'LISTEN',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'CLOSE-WAIT',
      'LAST-ACK',
      'CLOSED',
    ]);
  });

  it('end in CLOSED though others may still connect', () => {
    const { moments } = played('early-response', 'unread');
    expect(moments.at(-1)?.hosts.server.listening.length).toBeGreaterThan(0);
    const [connection = ''] = connectionsIn(moments);
    expect(statesOf(moments, 'server', connection).at(-1)).toBe('CLOSED');
  });

  it('go back to LISTEN where a half-open connection is given up', () => {
    const { moments } = played('handshake-timeout', 'listening');
    const [connection = ''] = connectionsIn(moments);
    expect(changes(statesOf(moments, 'server', connection))).toEqual([
      'LISTEN',
      'SYN-RECEIVED',
      'LISTEN',
    ]);
  });

  it('begin anew when the power is back', () => {
    const { moments } = played('half-open-restart', 'listening');
    const [connection = ''] = connectionsIn(moments);
    const states = changes(statesOf(moments, 'server', connection));
    expect(states.slice(states.indexOf('off'))).toEqual(['off', 'CLOSED', 'LISTEN']);
  });
});

describe('a run as it is drawn', () => {
  const geometry = geometryFor(800);

  it('leads each packet from where it left to where it arrived, never backwards in time', () => {
    const { moments } = played('keepalive-race', 'crossing');
    const { arrows } = drawSequence(moments, undefined, undefined, geometry);
    for (const { passage, from, to, isLost } of arrows) {
      expect(to[1]).toBeGreaterThan(from[1]);
      if (passage.from !== undefined) expect(from[0]).toBe(geometry.x[passage.from]);
      if (!isLost) expect(to[0]).toBe(geometry.x[passage.toward]);
    }
  });

  it('ends what is lost halfway', () => {
    const { moments } = played('handshake-timeout', 'listening');
    const lost = drawSequence(moments, undefined, undefined, geometry).arrows.filter(
      ({ isLost }) => isLost,
    );
    const middle = (geometry.x.client + geometry.x.server) / 2;
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every(({ to }) => to[0] === middle)).toBe(true);
  });

  it('shows one connection alone, with all that is of none', () => {
    const { moments } = played('mass-restart', 'killed');
    const [, second = ''] = connectionsIn(moments);
    const { rows, arrows } = drawSequence(moments, second, second, geometry);
    expect(new Set(arrows.map(({ passage }) => passage.connection))).toEqual(new Set([second]));
    const syns = rows.filter(({ moment }) => passageOf(moment)?.segment?.flags === SYN);
    expect(syns).toHaveLength(2);
    expect(rows.some(({ moment }) => moment.happening.kind === 'step')).toBe(true);
  });
});

describe('the way to the next reset', () => {
  it('goes round, and nowhere where there is none', () => {
    const { moments } = played('linger-zero', 'by-server');
    const sent = nextReset(moments, 0)!;
    const received = nextReset(moments, sent)!;
    expect(received).toBeGreaterThan(sent);
    expect(nextReset(moments, received)).toBe(sent);
    expect(nextReset(played('normal-close', 'unsent').moments, 0)).toBeUndefined();
  });
});
