import { describe, expect, it } from 'vitest';
import { readFollowingAll, readOnce, readTwice, rowsOf, verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import { icmp, ipv4, segment, type Frame } from '../../test/packets.ts';
import { randomFrom, seedOfRun } from '../../test/spoil.ts';
import { CaptureReader } from '../capture/reader.ts';
import type { Packet, PacketVisitor } from '../wire/packet.ts';
import { ConnectionKey } from './key.ts';
import { Survey } from './survey.ts';

const read = (capture: Uint8Array, visitor: PacketVisitor): void => {
  const reader = new CaptureReader(visitor);
  reader.push(capture);
  reader.end();
};

/** The client ports whose connections a survey of the capture wants to be followed. */
const followedIn = (frames: readonly Frame[], bucketBits = 12): Set<number> => {
  const capture = captureOf(frames);
  const survey = new Survey(bucketBits);
  read(capture, survey);
  survey.finish();
  const key = new ConnectionKey();
  const followed = new Set<number>();
  const note = (packet: Packet): void => {
    if (survey.marked.holds(key.of(packet))) {
      followed.add(Math.max(packet.sourcePort, packet.targetPort));
    }
  };
  read(capture, { segment: note, icmpError: note });
  return followed;
};

/** How one connection of a client's port may go; `true`: whoever reads the capture must be told. */
type Course = (port: number, atMs: number) => Frame[];

const opened = (port: number, at: number) => {
  const ends = dialogue({ clientPort: port, clientIss: port * 7, serverIss: port * 13 });
  const { c, s } = ends;
  return { c, s, start: [c(at, 'S', 0, 0), s(at + 10, 'SA', 0, 1), c(at + 20, 'A', 1, 1)] };
};
const asked = (port: number, at: number) => {
  const { c, s, start } = opened(port, at);
  return { c, s, start: [...start, c(at + 30, 'PA', 1, 1, 40), s(at + 40, 'A', 1, 41)] };
};
const answered = (port: number, at: number) => {
  const { c, s, start } = asked(port, at);
  return { c, s, start: [...start, s(at + 50, 'PA', 1, 41, 90), c(at + 60, 'A', 41, 91)] };
};

const TELLING: Record<string, Course> = {
  'a reset': (port, at) => {
    const { s, start } = answered(port, at);
    return [...start, s(at + 70, 'RA', 91, 41)];
  },
  'a refused SYN': (port, at) => {
    const { c, s } = opened(port, at);
    return [c(at, 'S', 0, 0), s(at + 10, 'RA', 0, 1)];
  },
  'a reset alone, all else before the capture': (port, at) => [opened(port, at).c(at, 'R', 41, 0)],
  'an unanswered SYN': (port, at) => {
    const { c } = opened(port, at);
    return [c(at, 'S', 0, 0), c(at + 1000, 'S', 0, 0), c(at + 3000, 'S', 0, 0)];
  },
  'a hang-up before the answer': (port, at) => {
    const { c, s, start } = asked(port, at);
    return [...start, s(at + 50, 'FA', 1, 41), c(at + 60, 'FA', 41, 2), s(at + 70, 'A', 2, 42)];
  },
  'a hang-up on the second request': (port, at) => {
    const { c, s, start } = opened(port, at);
    const [request, response] = ['GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 204 None\r\n\r\n'];
    const [q, r] = [1 + request.length, 1 + response.length];
    const first = [c(at + 30, 'PA', 1, 1, request), s(at + 40, 'PA', 1, q, response)];
    const second = [c(at + 50, 'PA', q, r, request), s(at + 60, 'FA', r, 2 * q - 1)];
    return [...start, ...first, ...second];
  },
  'silence on data': (port, at) => {
    const { c, start } = answered(port, at);
    const again = [0, 200, 600, 1400, 3000].map((wait) => c(at + 100 + wait, 'PA', 41, 91, 20));
    return [...start, ...again];
  },
  'silence on keepalive probes': (port, at) => {
    const { c, start } = answered(port, at);
    return [...start, ...[1, 2, 3, 4].map((n) => c(at + n * 1000, 'A', 40, 91))];
  },
  'a FIN that nobody answers': (port, at) => {
    const { c, start } = answered(port, at);
    return [...start, ...[0, 200, 600, 1400].map((wait) => c(at + 100 + wait, 'FA', 41, 91))];
  },
};

const QUIET: Record<string, Course> = {
  'closed in order by the client': (port, at) => {
    const { c, s, start } = answered(port, at);
    return [...start, c(at + 70, 'FA', 41, 91), s(at + 80, 'FA', 91, 42), c(at + 90, 'A', 42, 92)];
  },
  'closed in order, the last ACK more than once': (port, at) => {
    const { c, s, start } = answered(port, at);
    const ends = [c(at + 70, 'FA', 41, 91), s(at + 80, 'FA', 91, 42)];
    return [...start, ...ends, ...[90, 300, 700, 1500].map((wait) => c(at + wait, 'A', 42, 92))];
  },
  'closed in order by the server': (port, at) => {
    const { c, s, start } = answered(port, at);
    return [...start, s(at + 70, 'FA', 91, 41), c(at + 80, 'FA', 41, 92), s(at + 90, 'A', 92, 42)];
  },
  'still open': (port, at) => answered(port, at).start,
  'an answer still awaited': (port, at) => asked(port, at).start,
  'opened and left': (port, at) => opened(port, at).start,
  'keepalive probes, answered': (port, at) => {
    const { c, s, start } = answered(port, at);
    const probes = [1, 2, 3, 4, 5].flatMap((n) => [
      c(at + n * 1000, 'A', 40, 91),
      s(at + n * 1000 + 10, 'A', 91, 41),
    ]);
    return [...start, ...probes];
  },
  'a long upload, acknowledged now and then': (port, at) => {
    const { c, s, start } = opened(port, at);
    const sent = Array.from({ length: 12 }, (_, n) => [
      c(at + 30 + n, 'A', 1 + n * 2000, 1, 1000),
      c(at + 30.5 + n, 'A', 1001 + n * 2000, 1, 1000),
      s(at + 30.8 + n, 'A', 1, 2001 + n * 2000),
    ]);
    return [...start, ...sent.flat()];
  },
  'one direction only, closed': (port, at) => {
    const { s } = opened(port, at);
    return [
      s(at, 'SA', 0, 1),
      s(at + 9, 'PA', 1, 41, 90),
      s(at + 50, 'FA', 91, 42),
      s(at + 60, 'A', 92, 43),
    ];
  },
};

describe('a survey wants to be followed', () => {
  it.each(Object.entries(TELLING))('%s', (_name, course) => {
    const others = Object.values(QUIET).flatMap((quiet, n) => quiet(50_000 + n, 5));
    expect(followedIn(inOrder([...course(40_000, 0), ...others]))).toEqual(new Set([40_000]));
  });

  it('an ICMP error, whatever the connection looks like', () => {
    const quoted = segment({ sourcePort: 40_000, flags: 'PA' });
    const error = ipv4(icmp(3, 4, quoted), { source: '10.0.0.9', target: '10.0.0.1', protocol: 1 });
    const frames = QUIET['still open']!(40_000, 0);
    expect(followedIn([...frames, { ...frames.at(-1)!, data: error }])).toEqual(new Set([40_000]));
  });

  it('a fault in a connection that takes over the four-tuple of one closed in order', () => {
    const before = QUIET['closed in order by the client']!(40_000, 0);
    const after = TELLING['an unanswered SYN']!(40_000, 60_000);
    expect(followedIn([...before, ...after])).toEqual(new Set([40_000]));
  });
});

describe('a survey leaves alone', () => {
  it.each(Object.entries(QUIET))('%s', (_name, course) => {
    expect(followedIn(course(40_000, 0))).toEqual(new Set());
  });
});

const inOrder = (frames: readonly Frame[]): Frame[] => {
  const timeOf = ({ seconds = 0, nanos = 0 }: Frame): number => seconds * 1000 + nanos / 1e6;
  return frames.toSorted((a, b) => timeOf(a) - timeOf(b));
};

describe('a crowd', () => {
  const seed = seedOfRun();
  const replay = `SEED=${seed} npx vitest run src/forensics/survey.test.ts`;
  const TURNS = 25;
  /** So many buckets that no three of the crowd share one. */
  const ROOMY = 16;

  /** Random courses that begin at random times; what each is stands in a plain Map. */
  const crowd = (random: () => number) => {
    const courses = [
      ...Object.entries(TELLING).map(([name, course]) => ({ name, course, tells: true })),
      ...Object.entries(QUIET).map(([name, course]) => ({ name, course, tells: false })),
    ];
    const members = new Map<number, { name: string; tells: boolean }>();
    const frames: Frame[] = [];
    for (let n = 0; n < 120; n++) {
      const chosen = courses[Math.floor(random() * courses.length)]!;
      members.set(20_000 + n, chosen);
      frames.push(...chosen.course(20_000 + n, Math.floor(random() * 4000)));
    }
    // A last word, so that every SYN has waited long enough to be called unanswered.
    frames.push(dialogue({ clientPort: 60_000 }).c(20_000, 'A', 1, 1));
    return { members, frames: inOrder(frames) };
  };

  it.each([0, 1, 3, 6, ROOMY])('is surveyed in 2^%i buckets, and nothing is lost', (bits) => {
    for (let turn = 0; turn < TURNS; turn++) {
      const { members, frames } = crowd(randomFrom(seed + turn));
      const followed = followedIn(frames, bits);
      const lost = [...members].filter(([port, { tells }]) => tells && !followed.has(port));
      expect(lost, replay).toEqual([]);
      if (bits < ROOMY) continue;
      const falsely = [...members].filter(([port, { tells }]) => !tells && followed.has(port));
      expect(falsely, replay).toEqual([]);
    }
  });

  it('has the same verdicts in a table far too small, in one that is not, and read but once', () => {
    for (let turn = 0; turn < TURNS; turn++) {
      const capture = captureOf(crowd(randomFrom(seed + turn)).frames);
      const once = rowsOf(readOnce(capture).verdicts);
      expect(once).not.toBe('');
      for (const bits of [0, 2, 12]) {
        expect(rowsOf(readTwice(capture, undefined, bits).verdicts), `2^${bits}; ${replay}`).toBe(
          once,
        );
      }
      expect(rowsOf(readFollowingAll(capture).verdicts), `all followed; ${replay}`).toBe(once);
      const apart = readTwice(capture, () => true, 12);
      expect(rowsOf(apart.verdicts), `no glances; ${replay}`).toBe(once);
    }
  });

  it('of thousands that end in order does not make a hang-up before them forgotten', () => {
    const hangUp = TELLING['a hang-up before the answer']!(20_000, 0);
    const closed = QUIET['closed in order by the client']!;
    const others = Array.from({ length: 5000 }, (_, n) => closed(30_000 + n, 100 + n));
    const verdicts = verdictsOn(captureOf([...hangUp, ...others.flat()]));
    expect(verdicts.map(({ failure, connection }) => [failure, connection.client])).toEqual([
      ['closed-before-response', '10.0.0.1:20000'],
    ]);
  });

  it('gives each course that tells exactly one verdict, and a quiet one none', () => {
    const { members, frames } = crowd(randomFrom(seed));
    const told = new Map<number, number>();
    for (const { connection } of readTwice(captureOf(frames)).verdicts) {
      const port = Number(connection.client.split(':')[1]);
      told.set(port, (told.get(port) ?? 0) + 1);
    }
    const wrong = [...members].filter(
      ([port, { tells }]) => (told.get(port) ?? 0) !== Number(tells),
    );
    expect(wrong, replay).toEqual([]);
  });
});
