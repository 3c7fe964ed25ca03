import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import { pcap, pcapng, sll, bytes, type Frame } from '../../test/packets.ts';
import { CaptureReader } from '../capture/reader.ts';
import { Investigation } from './investigation.ts';
import type { Verdict } from './verdict.ts';

/** What is told of a verdict besides its frames and words. */
const wordOn = ({ sender, shape, cause, confidence, effect, bytesLost, apps }: Verdict) => ({
  sender,
  shape,
  cause,
  confidence,
  effect,
  bytesLost,
  apps,
});

const later = (frame: Frame, microseconds: number): Frame => {
  const nanos = (frame.nanos ?? 0) + microseconds * 1000;
  return { ...frame, seconds: (frame.seconds ?? 0) + Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
};

const talk = dialogue();
/** A request taken and unread, an abort, and what was on its way drawing two more resets. */
const aborted = (() => {
  const { c, s, opened } = talk;
  return [
    ...opened,
    c(30, 'PA', 1, 1, 300),
    s(40, 'A', 1, 301),
    c(88, 'A', 301, 1, 100),
    c(89, 'PA', 401, 1, 100),
    s(90, 'RA', 1, 301),
    s(98, 'R', 1, 0),
    s(99, 'R', 1, 0),
  ];
})();

describe('every packet captured twice', () => {
  const single = verdictsOn(captureOf(aborted)).map(wordOn);

  it('single: the abort and two repetitions', () => {
    expect(single.map(({ cause }) => cause)).toEqual([
      'close-with-unread-data',
      'repeated-reset',
      'repeated-reset',
    ]);
  });

  it('as -i any on a router does (in, then out): the same verdicts, resets not counted twice', () => {
    const twice = aborted.flatMap((frame) => [
      { ...frame, data: sll(frame.data, 0) },
      later({ ...frame, data: sll(frame.data, 4) }, 15),
    ]);
    expect(verdictsOn(pcap(twice, { linkType: 113 })).map(wordOn)).toEqual(single);
  });

  it('as two interfaces of one pcapng do', () => {
    const { section, interface: described, packet } = pcapng();
    const capture = bytes(
      section(),
      described(101),
      described(101),
      ...aborted.flatMap((frame) => [packet(frame, 0), packet(later(frame, 40), 1)]),
    );
    expect(verdictsOn(capture).map(wordOn)).toEqual(single);
  });

  it('as a mirror port does, on one interface: copies have the same IP identification', () => {
    const { c, s, opened } = talk;
    const frames = [...opened, c(30, 'PA', 1, 1, 300), s(40, 'A', 1, 301), s(90, 'RA', 1, 301)];
    const twice = frames.flatMap((frame) => [frame, later(frame, 3)]);
    expect(verdictsOn(captureOf(twice)).map(wordOn)).toEqual(
      verdictsOn(captureOf(frames)).map(wordOn),
    );
  });

  it('copies are no retransmissions, also where no packet has an identification (IPv6)', () => {
    const { c, s, opened } = dialogue({ client: 'fd00::1', server: 'fd00::2' });
    const sent = [0, 1, 2, 3].map((n) => c(50 + n, 'PA', 101 + n * 10, 1, 10));
    const frames = [...opened, c(30, 'PA', 1, 1, 100), s(40, 'A', 1, 101), ...sent];
    const twice = frames.flatMap((frame) => [
      { ...frame, data: sll(frame.data, 0) },
      later({ ...frame, data: sll(frame.data, 4) }, 15),
    ]);
    // Were they, their end would be a silence.
    expect(verdictsOn(pcap(twice, { linkType: 113 }))).toEqual([]);
  });

  it('the same data again on one interface, without an identification, is sent again', () => {
    const { c, s, opened } = talk;
    const again = [0, 0.5, 1, 1.5].map((n) => c(50 + n, 'PA', 101, 1, 10, { ipId: 0 }));
    const frames = [...opened, c(30, 'PA', 1, 1, 100), s(40, 'A', 1, 101), ...again];
    expect(verdictsOn(captureOf(frames))).toMatchObject([{ failure: 'silence', frame: 9 }]);
  });

  it('two resets alike on one interface are two, where no identification says otherwise', () => {
    const { c, s, opened } = talk;
    const frames = [
      ...opened,
      c(30, 'PA', 1, 1, 50),
      c(30.1, 'PA', 51, 1, 50),
      s(40, 'R', 1, 0),
      s(40.01, 'R', 1, 0),
    ];
    expect(verdictsOn(captureOf(frames))).toHaveLength(2);
  });
});

describe('a four-tuple used again', () => {
  it('after both ends closed: the new connection owes nothing to the old', () => {
    const { c, s, opened } = talk;
    const again = dialogue({ clientIss: 900_000, serverIss: 700_000 });
    const frames = [
      ...opened,
      c(30, 'PA', 1, 1, 300),
      s(40, 'PA', 1, 301, 90),
      c(50, 'FA', 301, 91),
      s(60, 'FA', 91, 302),
      c(70, 'A', 302, 92),
      again.c(9e4, 'S', 0, 0),
      again.s(90010, 'RA', -7e5, 1, 0, { window: 0 }),
    ];
    const [verdict, ...more] = verdictsOn(captureOf(frames));
    expect(more).toEqual([]);
    expect(verdict).toMatchObject({
      frame: 10,
      connection: { id: 9 },
      cause: 'closed-port',
      effect: 'accepted',
      bytesLost: {
        min: 0,
        max: 0,
      },
    });
  });

  it('after a reset: each reset belongs to its own connection', () => {
    const { c, s, opened } = talk;
    const again = dialogue({ clientIss: 900_000, serverIss: 700_000 });
    const frames = [
      ...opened,
      c(30, 'PA', 1, 1, 300),
      s(40, 'RA', 1, 301),
      again.c(500, 'S', 0, 0),
      again.s(510, 'SA', 0, 1),
      again.c(520, 'A', 1, 1),
      again.c(530, 'PA', 1, 1, 70),
      again.s(540, 'RA', 1, 71),
    ];
    const verdicts = verdictsOn(captureOf(frames));
    expect(verdicts.map(({ connection }) => connection.id)).toEqual([1, 6]);
    expect(verdicts.map(({ bytesLost }) => bytesLost.max)).toEqual([300, 70]);
  });

  it('the other way round is the same connection, whoever speaks', () => {
    const ends = { client: '10.0.0.9', server: '10.0.0.1', clientPort: 80, serverPort: 40_000 };
    const { c, s, opened } = dialogue(ends);
    const frames = [...opened, c(30, 'PA', 1, 1, 300), s(40, 'A', 1, 301), s(90, 'RA', 1, 301)];
    const [verdict] = verdictsOn(captureOf(frames));
    // Who sent the SYN is the client, though its port is the lower.
    expect(verdict?.connection).toMatchObject({ client: '10.0.0.9:80', server: '10.0.0.1:40000' });
  });
});

describe('IPv6', () => {
  it('tells hosts apart that differ in one bit of any word', () => {
    const hosts = ['fd00::1', 'fd00::2', 'fd01::1', 'fd00:0:0:1::1', 'fd00:0:1::1', 'fd00::1:0:1'];
    const frames = hosts.flatMap((client, n) => {
      const { c, s } = dialogue({ client, server: 'fd00::200' });
      return [c(n, 'S', 0, 0), s(n + 0.5, 'RA', -5000, 1, 0, { window: 0 })];
    });
    const verdicts = verdictsOn(captureOf(frames));
    expect(verdicts.map(({ connection }) => connection.client)).toEqual(
      hosts.map((host) => `[${host}]:40000`),
    );
  });
});

describe('a train of resets', () => {
  /** So many segments on their way when the other end aborts: each draws a reset of its own. */
  const train = (inFlight: number) => {
    const { c, s, opened } = talk;
    const sent = Array.from({ length: inFlight }, (_, n) =>
      c(50 + n / 10, 'A', 101 + n * 500, 1, 500),
    );
    const drawn = Array.from({ length: inFlight }, (_, n) => s(70 + n / 10, 'R', 1, 0));
    return [
      ...opened,
      c(30, 'PA', 1, 1, 100),
      s(40, 'A', 1, 101),
      ...sent,
      s(60, 'RA', 1, 101),
      ...drawn,
    ];
  };

  it('the k-th answers the k-th segment that the first reset did not take', () => {
    const [first, ...rest] = verdictsOn(captureOf(train(6)));
    expect([first?.frame, rest.length]).toEqual([12, 6]);
    rest.forEach(({ evidence }, k) => {
      expect(evidence.map(({ frame }) => frame)).toContain(6 + k);
    });
  });

  it('a longer one never takes a segment for another', () => {
    const [first, ...rest] = verdictsOn(captureOf(train(30)));
    expect([first?.frame, rest.length]).toEqual([36, 30]);
    rest.forEach(({ frame, evidence }, k) => {
      const segments = evidence
        .map((seen) => seen.frame)
        .filter((cited) => cited >= 6 && cited < 36);
      // The segment itself, or none where it is not remembered.
      expect([[], [6 + k]], `frame ${frame}`).toContainEqual(segments);
    });
  });
});

describe('what a segment is, in the ladder', () => {
  const remarksIn = (frames: readonly Frame[]): (string | undefined)[] => {
    const investigation = new Investigation({ keepLadderOf: 1 });
    const reader = new CaptureReader(investigation);
    reader.push(captureOf(frames));
    reader.end();
    const verdicts = [...investigation.conclude(reader.counts, reader.problems)];
    const rows = investigation.ladder(verdicts)?.rows ?? [];
    return rows.map((row) => ('remark' in row ? row.remark : `${row.omitted} omitted`));
  };
  const { c, s, opened } = talk;
  const begun = [...opened, c(30, 'PA', 1, 1, 100), s(40, 'A', 1, 101)];
  const after = (...frames: Frame[]): (string | undefined)[] =>
    remarksIn([...begun, ...frames]).slice(5);

  it.each([
    ['data sent again', [c(300, 'PA', 1, 1, 100)], ['retransmission']],
    [
      'a FIN sent again',
      [c(50, 'FA', 101, 1), c(300, 'FA', 101, 1)],
      [undefined, 'retransmission'],
    ],
    ['SND.NXT-1 without data', [c(5000, 'A', 100, 1)], ['keep-alive']],
    ['SND.NXT-1 with one byte', [c(5000, 'A', 100, 1, 1)], ['keep-alive']],
    [
      'the same into a closed window',
      [s(50, 'A', 1, 101, 0, { window: 0 }), c(5000, 'A', 100, 1)],
      ['zero window', 'window probe'],
    ],
    ['a pure ACK', [c(60, 'A', 101, 1)], [undefined]],
    ['data beyond a gap', [c(60, 'PA', 301, 1, 50)], ['previous segment not captured']],
    ['a request', [c(60, 'PA', 101, 1, 'GET /a HTTP/1.1\r\n\r\n')], ['GET /a HTTP/1.1']],
  ])('%s', (_name, frames, remarks) => {
    expect(after(...frames)).toEqual(remarks);
  });

  it('is told with numbers as Wireshark shows them, also over 2^32', () => {
    const over = dialogue({ clientIss: 2 ** 32 - 50, serverIss: 2 ** 32 - 3 });
    const asked = over.c(30, 'PA', 1, 1, 100);
    const frames = [...over.opened, asked, over.s(40, 'PA', 1, 101, 9), over.s(50, 'RA', 10, 101)];
    const investigation = new Investigation({ keepLadderOf: 1 });
    const reader = new CaptureReader(investigation);
    reader.push(captureOf(frames));
    reader.end();
    const verdicts = [...investigation.conclude(reader.counts, reader.problems)];
    const rows = investigation.ladder(verdicts)?.rows ?? [];
    expect(
      rows.map((row) => 'seq' in row && [row.fromClient, row.seq, row.ack, row.length]),
    ).toEqual([
      [true, 0, 0, 0],
      [false, 0, 1, 0],
      [true, 1, 1, 0],
      [true, 1, 1, 100],
      [false, 1, 101, 9],
      [false, 10, 101, 0],
    ]);
  });
});
