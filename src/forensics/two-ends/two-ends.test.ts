import { describe, expect, it } from 'vitest';
import { type Bytes, type Frame, pcap, segment, text, zeros } from '../../../test/packets.ts';
import { showTo } from '../whole-capture.ts';
import { join } from './join.ts';
import { Pair } from './pair.ts';
import { Tape } from './tape.ts';
import { Witness } from './witness.ts';

interface Seen {
  readonly from?: 'server';
  readonly seq: number;
  readonly ack?: number;
  readonly flags: string;
  readonly words?: string;
  readonly client?: string;
  readonly clientPort?: number;
  readonly atMs: number;
}

const CLIENT_ISS = 1000;
const SERVER_ISS = 9000;

const frameOf = ({
  from,
  seq,
  ack = 0,
  flags,
  words = '',
  client = '10.0.0.1',
  clientPort = 40_000,
  atMs,
}: Seen): Frame => ({
  data: segment({
    source: from === 'server' ? '10.0.0.2' : client,
    target: from === 'server' ? client : '10.0.0.2',
    sourcePort: from === 'server' ? 80 : clientPort,
    targetPort: from === 'server' ? clientPort : 80,
    seq,
    ack,
    flags,
    payload: text(words),
  }),
  seconds: 1_700_000_000 + Math.floor(atMs / 1000),
  nanos: (atMs % 1000) * 1e6,
});
const capture = (segments: readonly Seen[]): Bytes =>
  pcap(segments.map(frameOf), { linkType: 101 });
const taped = (segments: readonly Seen[]): Tape => {
  const tape = new Tape();
  showTo(tape, capture(segments));
  return tape;
};

/** 5 ms each way; the server's clock is a minute ahead. */
const DELAY = 5;
const AHEAD = 60_000;
const shifted = (segments: readonly Seen[]): Seen[] =>
  segments.map((one) => ({
    ...one,
    atMs: one.atMs + AHEAD + (one.from === 'server' ? -DELAY : DELAY),
  }));

const HANDSHAKE: readonly Seen[] = [
  { seq: CLIENT_ISS, flags: 'S', atMs: 0 },
  { from: 'server', seq: SERVER_ISS, ack: CLIENT_ISS + 1, flags: 'SA', atMs: 10 },
  { seq: CLIENT_ISS + 1, ack: SERVER_ISS + 1, flags: 'A', atMs: 11 },
];
const TALK: readonly Seen[] = [
  { seq: CLIENT_ISS + 1, ack: SERVER_ISS + 1, flags: 'PA', words: 'hello', atMs: 20 },
  {
    from: 'server',
    seq: SERVER_ISS + 1,
    ack: CLIENT_ISS + 6,
    flags: 'PA',
    words: 'world',
    atMs: 31,
  },
  { seq: CLIENT_ISS + 6, ack: SERVER_ISS + 6, flags: 'A', atMs: 32 },
];
const RESET: Seen = {
  from: 'server',
  seq: SERVER_ISS + 6,
  ack: CLIENT_ISS + 6,
  flags: 'RA',
  atMs: 100,
};
const LATER: Seen = {
  from: 'server',
  seq: SERVER_ISS + 6,
  ack: CLIENT_ISS + 6,
  flags: 'PA',
  words: 'more',
  atMs: 140,
};

const told = { dropped: 0, untilMs: (1_700_000_000 + 100) * 1000 };
const silent = { dropped: undefined, untilMs: undefined };
const witness = (
  client: readonly Seen[],
  server: readonly Seen[],
  quality = silent as typeof told | typeof silent,
) =>
  new Witness(
    { client: taped(client), server: taped(server) },
    { client: quality, server: quality },
  );

describe('connections of two captures', () => {
  const everything = [...HANDSHAKE, ...TALK];

  it('are joined by their names', () => {
    expect(join(taped(everything), taped(shifted(everything)))).toHaveLength(1);
  });

  it('are joined through address translation by their initial sequence numbers', () => {
    const behind = shifted(everything).map((one) => ({
      ...one,
      client: '192.0.2.9',
      clientPort: 5,
    }));
    const [joined] = join(taped(everything), taped(behind));
    expect(joined?.server.names.toSorted()).toEqual(['10.0.0.2:80', '192.0.2.9:5']);
    const pair = new Pair(joined!, taped(everything), taped(behind));
    const byName = (name: string) => (joined?.client.names[0] === name ? 0 : 1);
    expect(pair.endOf('client', byName('10.0.0.1:40000'))).toBe('client');
    expect(pair.endOf('client', byName('10.0.0.2:80'))).toBe('server');
  });

  it('are joined through it without their handshakes, by segments that are alike', () => {
    const behind = shifted(TALK).map((one) => ({ ...one, client: '192.0.2.9', clientPort: 5 }));
    expect(join(taped(TALK), taped(behind))).toHaveLength(1);
  });

  it('are not joined by their names alone if their numbers differ', () => {
    const other = shifted(everything).map((one) => ({ ...one, seq: one.seq + 77 }));
    expect(join(taped(everything), taped(other))).toEqual([]);
  });

  it('know their ends by the handshake, whatever the files are called', () => {
    const swapped = witness(shifted([...HANDSHAKE, ...TALK, RESET]), [
      ...HANDSHAKE,
      ...TALK,
      RESET,
    ]);
    expect(swapped.isSentHere('client', 7)).toBe(true);
    expect(swapped.isSentHere('server', 7)).toBe(false);
  });
});

describe('a reset', () => {
  const before = [...HANDSHAKE, ...TALK];
  const facts = (
    server: readonly Seen[],
    quality?: typeof told,
    client: readonly Seen[] = [...before, RESET],
  ) => witness(client, shifted(server), quality).onReset('client', 7, undefined);

  it('that both captures have was sent by its host', () => {
    expect(facts([...before, RESET])).toMatchObject({
      vantage: 'receiver',
      sent: 'yes',
      frameThere: 7,
    });
  });

  it('is seen from its sender as well, and whether it arrived', () => {
    const both = witness([...before, RESET], shifted([...before, RESET]));
    expect(both.onReset('server', 7, undefined)).toMatchObject({
      vantage: 'sender',
      arrived: 'yes',
    });
    const lost = witness([...before, LATER], shifted([...before, RESET]), told);
    expect(lost.onReset('server', 7, undefined)).toMatchObject({ sent: 'yes', arrived: 'missing' });
  });

  it('was not sent by a host that goes on', () => {
    expect(facts([...before, LATER])).toMatchObject({ sent: 'no', wentOnFrame: 7 });
  });

  it('was not sent if the capture there says that it lost nothing, and was listening', () => {
    expect(facts(before, told)).toMatchObject({ sent: 'no', wentOnFrame: undefined });
  });

  it('is only missing where a capture may have lost it', () => {
    const quiet: Seen = { seq: 1, flags: 'S', clientPort: 9, atMs: 5000 };
    expect(facts([...before, quiet])).toMatchObject({ sent: 'missing' });
    const lossy = before.filter((_, index) => index !== 4);
    expect(facts([...lossy, quiet], told)).toMatchObject({ sent: 'missing' });
  });

  it('is not asked of a capture that had ended by then', () => {
    expect(facts(before)).toMatchObject({ sent: 'unknown' });
  });

  it('in the opening proves nothing by what its host does afterwards', () => {
    const early = { ...RESET, seq: SERVER_ISS + 1, ack: CLIENT_ISS + 1, atMs: 12 };
    const seen = witness([...HANDSHAKE, early, ...TALK], shifted([...HANDSHAKE, ...TALK]));
    expect(seen.onReset('client', 4, undefined)?.sent).not.toBe('no');
  });

  it('under other addresses is still its own, where a translation was forgotten', () => {
    const leaked = { ...RESET, client: '172.16.0.5' };
    expect(facts([...before, LATER, leaked])).toMatchObject({ sent: 'yes', frameThere: 8 });
  });

  it('whose trigger never came was answered on the way', () => {
    const trigger: Seen = {
      seq: CLIENT_ISS + 6,
      ack: SERVER_ISS + 6,
      flags: 'PA',
      words: 'again',
      atMs: 90,
    };
    const bare: Seen = { from: 'server', seq: SERVER_ISS + 6, flags: 'R', atMs: 95 };
    const seen = witness([...before, trigger, bare], shifted(before), told);
    expect(seen.onReset('client', 8, 7)).toMatchObject({ sent: 'no', triggerArrived: false });
  });
});

it('knows a segment again that another capture has in pieces', () => {
  const big: Seen = { seq: CLIENT_ISS + 1, ack: SERVER_ISS + 1, flags: 'PA', words: '', atMs: 20 };
  const whole = {
    ...frameOf(big),
    data: segment({
      source: '10.0.0.1',
      target: '10.0.0.2',
      sourcePort: 40_000,
      targetPort: 80,
      seq: CLIENT_ISS + 1,
      ack: SERVER_ISS + 1,
      flags: 'PA',
      payload: zeros(3000),
    }),
  };
  const piece = (at: number, length: number): Frame => ({
    ...frameOf(big),
    data: segment({
      source: '10.0.0.1',
      target: '10.0.0.2',
      sourcePort: 40_000,
      targetPort: 80,
      seq: CLIENT_ISS + 1 + at,
      ack: SERVER_ISS + 1,
      flags: 'A',
      payload: zeros(length),
    }),
  });
  const tapeOf = (frames: readonly Frame[]): Tape => {
    const tape = new Tape();
    showTo(tape, pcap([...HANDSHAKE.map(frameOf), ...frames], { linkType: 101 }));
    return tape;
  };
  const [client, server] = [
    tapeOf([whole]),
    tapeOf([piece(0, 1448), piece(1448, 1448), piece(2896, 104)]),
  ];
  const [joined] = join(client, server);
  const pair = new Pair(joined!, client, server);
  expect(pair.isThere('client', 3)).toBe(true);
  expect([3, 4, 5].map((at) => pair.isThere('server', at))).toEqual([true, true, true]);
  const gap = tapeOf([piece(0, 1448), piece(2896, 104)]);
  expect(new Pair(join(client, gap)[0]!, client, gap).isThere('client', 3)).toBe(false);
});
