import { describe, expect, it } from 'vitest';
import { type Frame, pcap, segment, text } from '../../test/packets.ts';
import { CaptureReader } from '../capture/reader.ts';
import { IdleGaps } from './idle-gaps.ts';
import { seenTimers } from './seen-timers.ts';

type Step = readonly [atMs: number, from: 'client' | 'server', flags: string, bytes?: string];

/** One connection of a client's port to 10.0.0.2:80; numbers go on as bytes and flags are sent. */
const connection = (
  port: number,
  ...steps: readonly Step[]
): (Frame & { readonly atMs: number })[] => {
  const next = { client: 1000, server: 9000 };
  return steps.map(([atMs, from, flags, words = '']) => {
    const to = from === 'client' ? 'server' : 'client';
    const isKeepalive = flags === 'keepalive';
    const data = segment({
      source: from === 'client' ? '10.0.0.1' : '10.0.0.2',
      target: from === 'client' ? '10.0.0.2' : '10.0.0.1',
      sourcePort: from === 'client' ? port : 80,
      targetPort: from === 'client' ? 80 : port,
      seq: isKeepalive ? next[from] - 1 : next[from],
      ack: next[to],
      flags: isKeepalive ? 'A' : flags,
      payload: text(words),
    });
    if (!isKeepalive) next[from] += words.length + (/[SF]/.test(flags) ? 1 : 0);
    return {
      data,
      atMs,
      seconds: 1_700_000_000 + Math.floor(atMs / 1000),
      nanos: (atMs % 1000) * 1e6,
    };
  });
};

const OPENING: readonly Step[] = [
  [0, 'client', 'S'],
  [1, 'server', 'SA'],
  [2, 'client', 'A'],
  [3, 'client', 'PA', 'GET'],
  [10, 'server', 'PA', 'OK'],
];

const seen = (...connections: readonly (Frame & { readonly atMs: number })[][]) => {
  const gaps = new IdleGaps();
  const reader = new CaptureReader(gaps);
  const frames = connections.flat().toSorted((a, b) => a.atMs - b.atMs);
  reader.push(pcap(frames, { linkType: 101 }));
  reader.end();
  return gaps.found();
};
const timersOf = (...connections: readonly (Frame & { readonly atMs: number })[][]) =>
  seen(...connections).map(seenTimers);

describe('what a capture shows of idle timers', () => {
  it('a server that closes after five seconds, and a client that spoke just after', () => {
    const [server] = timersOf(
      connection(
        4001,
        ...OPENING,
        [5010, 'server', 'FA'],
        [5012, 'client', 'PA', 'GET'],
        [5013, 'server', 'R'],
      ),
      connection(4002, ...OPENING, [5012, 'server', 'FA'], [5013, 'client', 'FA']),
    );
    expect(server).toMatchObject({
      server: '10.0.0.2:80',
      serverCloses: { ms: 5000, count: 2, of: 2 },
      clientCloses: undefined,
      tooLate: 1,
      reuses: 1,
      outcome: 'race',
    });
  });

  it('a FIN and a request that cross, as the client sees it: the FIN does not know of the request', () => {
    const [opening, answer] = [OPENING.slice(0, 4), OPENING.slice(4)];
    const crossing = connection(4001, ...opening, ...answer, [5010, 'client', 'PA', 'GET']);
    const fin = connection(4001, ...opening, ...answer, [5012, 'server', 'FA']).at(-1);
    const [server] = timersOf([...crossing, fin!]);
    expect(server).toMatchObject({
      serverCloses: { ms: 5002, count: 1 },
      tooLate: 1,
      outcome: 'race',
    });
  });

  it('a FIN that answers a request is no idle timer', () => {
    const [server] = seen(
      connection(4001, ...OPENING, [5010, 'client', 'PA', 'GET'], [5012, 'server', 'FA']),
    );
    expect(server).toMatchObject({ serverClosed: [], tooLate: [], reused: [{ ms: 5000 }] });
  });

  it('clients that let go first', () => {
    const [server] = timersOf(
      connection(4001, ...OPENING, [4010, 'client', 'FA'], [4011, 'server', 'FA']),
      connection(4002, ...OPENING, [65_010, 'server', 'FA'], [65_011, 'client', 'FA']),
    );
    expect(server).toMatchObject({
      clientCloses: { ms: 4000 },
      serverCloses: { ms: 65_000 },
      outcome: 'fine',
    });
  });

  it('clients that keep as long as the server does', () => {
    const [server] = timersOf(
      connection(4001, ...OPENING, [60_010, 'client', 'FA'], [60_011, 'server', 'FA']),
      connection(4002, ...OPENING, [60_010, 'server', 'FA'], [60_011, 'client', 'FA']),
    );
    expect(server?.outcome).toBe('race');
  });

  it('keepalive probes do not end idleness', () => {
    const [server] = seen(
      connection(
        4001,
        ...OPENING,
        [30_000, 'client', 'keepalive'],
        [30_001, 'server', 'A'],
        [60_010, 'server', 'FA'],
      ),
    );
    expect(server?.serverClosed).toMatchObject([{ ms: 60_000 }]);
  });

  it('a reset that answers the first words after a silence: forgotten, and no timer of the server', () => {
    const [server] = timersOf(
      connection(4001, ...OPENING, [400_010, 'client', 'PA', 'GET'], [400_020, 'server', 'R']),
    );
    expect(server).toMatchObject({
      forgotten: { ms: 400_000 },
      forgottenCount: 1,
      serverCloses: undefined,
    });
  });

  it('takes a new connection of the same ports for a new one', () => {
    const later = connection(4001, ...OPENING).map((frame) => ({
      ...frame,
      atMs: frame.atMs + 100_000,
      seconds: (frame.seconds ?? 0) + 100,
    }));
    const [server] = seen(
      connection(
        4001,
        ...OPENING,
        [5010, 'server', 'FA'],
        [5011, 'client', 'FA'],
        [5012, 'server', 'A'],
      ),
      later,
    );
    expect(server?.reused).toEqual([]);
    expect(server?.serverClosed).toHaveLength(1);
  });

  it('groups timers that are alike, and tells the commonest', () => {
    const closing = (port: number, atMs: number) =>
      connection(port, ...OPENING, [atMs, 'server', 'FA'], [atMs + 1, 'client', 'FA']);
    const [server] = timersOf(
      closing(1, 5010),
      closing(2, 5030),
      closing(3, 5300),
      closing(4, 30_010),
    );
    expect(server?.serverCloses).toMatchObject({ ms: 5000, count: 3, of: 4 });
  });
});
