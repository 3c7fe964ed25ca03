import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import { icmp, ipv4, type Frame } from '../../test/packets.ts';

/** Connections that broke with no reset on the wire, and some that only look like it. */
const { c, s, opened } = dialogue();
const asked = [...opened, c(30, 'PA', 1, 1, 40), s(40, 'A', 1, 41)];
const answered = [...asked, s(50, 'PA', 1, 41, 90), c(60, 'A', 41, 91)];
/** Somebody else, so that time goes on. */
const elsewhere = (atMs: number): Frame => dialogue({ clientPort: 50_000 }).c(atMs, 'A', 1, 1);

const failuresIn = (frames: readonly Frame[]) =>
  verdictsOn(captureOf(frames)).map(({ failure, frame, sender, receiver, bytesLost, apps }) => ({
    failure,
    frame,
    sender,
    receiver,
    lost: [bytesLost.min, bytesLost.max],
    read: apps.receiver.read,
  }));

const SERVER = { sender: '10.0.0.2:80', receiver: '10.0.0.1:40000' };
const CLIENT = { sender: '10.0.0.1:40000', receiver: '10.0.0.2:80' };

describe('a hang-up', () => {
  it('on a request that was taken: the client reads the end of the stream', () => {
    expect(
      failuresIn([...asked, s(50, 'FA', 1, 41), c(60, 'FA', 41, 2), s(70, 'A', 2, 42)]),
    ).toEqual([
      { failure: 'closed-before-response', frame: 6, ...SERVER, lost: [0, 40], read: 'EOF' },
    ]);
  });

  it('on the second request, the first being answered', () => {
    const second = 'GET /2 HTTP/1.1\r\nHost: a\r\n\r\n';
    const first = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
    const ok = 'HTTP/1.1 204 No Content\r\n\r\n';
    const [n, r] = [first.length, ok.length];
    const frames = [
      ...opened,
      c(30, 'PA', 1, 1, first),
      s(40, 'PA', 1, 1 + n, ok),
      c(50, 'PA', 1 + n, 1 + r, second),
      s(60, 'FA', 1 + r, 1 + n + second.length),
    ];
    expect(failuresIn(frames)).toEqual([
      {
        failure: 'closed-before-response',
        frame: 7,
        ...SERVER,
        read: 'EOF',
        lost: [0, second.length],
      },
    ]);
  });

  it('is none after the answer, nor where the client closed first, nor where it never asked', () => {
    expect(failuresIn([...answered, s(70, 'FA', 91, 41)])).toEqual([]);
    expect(failuresIn([...asked, c(45, 'FA', 41, 1), s(50, 'FA', 1, 42)])).toEqual([]);
    expect(failuresIn([...opened, s(50, 'FA', 1, 1)])).toEqual([]);
  });
});

describe('a SYN without an answer', () => {
  const syns = [c(0, 'S', 0, 0), c(1000, 'S', 0, 0), c(3000, 'S', 0, 0)];
  it('is told at its last attempt', () => {
    expect(failuresIn(syns)).toEqual([
      { failure: 'syn-unanswered', frame: 3, ...SERVER, lost: [0, 0], read: 'ETIMEDOUT' },
    ]);
  });

  it('is told once it waited longer than a retransmission takes (RFC 6298 §2), not before', () => {
    const told = failuresIn([c(0, 'S', 0, 0), elsewhere(1500)]);
    expect(told).toMatchObject([{ failure: 'syn-unanswered', frame: 1 }]);
    expect(failuresIn([c(0, 'S', 0, 0), elsewhere(900)])).toEqual([]);
    const bySomeTool = [c(0, 'S', 0, 0), c(2, 'S', 0, 0), c(4, 'S', 0, 0)];
    expect(failuresIn(bySomeTool)).toEqual([]);
    expect(failuresIn([...bySomeTool, elsewhere(1500)])).toHaveLength(1);
  });

  it('is not told where the answer came at last', () => {
    expect(failuresIn([...syns, s(3010, 'SA', 0, 1), c(3020, 'A', 1, 1)])).toEqual([]);
  });

  it('is another thing where a router said why', () => {
    const syn = c(0, 'S', 0, 0);
    const data = ipv4(icmp(3, 1, syn.data), {
      source: '10.0.0.254',
      target: '10.0.0.1',
      protocol: 1,
    });
    const told = verdictsOn(captureOf([syn, { ...syn, data, nanos: 5_000_000 }]));
    expect(told).toMatchObject([
      { failure: 'unreachable', cause: 'connect-unreachable', frame: 2 },
    ]);
  });
});

describe('silence', () => {
  const again = (...waits: number[]) => waits.map((wait) => c(100 + wait, 'PA', 41, 91, 20));
  it('after three retransmissions', () => {
    expect(failuresIn([...answered, ...again(0, 200, 600, 1400)])).toEqual([
      { failure: 'silence', frame: 11, ...SERVER, lost: [20, 20], read: 'ETIMEDOUT' },
    ]);
  });

  it('of the client, when the server is the one who speaks', () => {
    const sent = [0, 200, 600, 1400].map((wait) => s(100 + wait, 'PA', 91, 41, 30));
    expect(failuresIn([...answered, ...sent])).toMatchObject([{ failure: 'silence', ...CLIENT }]);
  });

  it('on keepalive probes', () => {
    const probes = [1, 2, 3, 4].map((n) => c(n * 1000, 'A', 40, 91));
    expect(failuresIn([...answered, ...probes])).toEqual([
      { failure: 'silence', frame: 11, ...SERVER, lost: [0, 0], read: 'ETIMEDOUT' },
    ]);
  });

  it('is none with fewer, nor with an answer in between, nor on mere waiting', () => {
    expect(failuresIn([...answered, ...again(0, 200, 600)])).toEqual([]);
    const reply = s(1000, 'A', 91, 61);
    expect(failuresIn([...answered, ...again(0, 200, 600), reply])).toEqual([]);
    expect(failuresIn([...answered, elsewhere(7_200_000)])).toEqual([]);
    const probes = [1, 2, 3, 4].flatMap((n) => [
      c(n * 1000, 'A', 40, 91),
      s(n * 1000 + 10, 'A', 91, 41),
    ]);
    expect(failuresIn([...answered, ...probes])).toEqual([]);
  });

  it('is none in a capture of one direction only, whatever is repeated there', () => {
    const oneWay = [c(0, 'A', 1, 1, 9), ...[1, 2, 4, 8].map((n) => c(n * 100, 'A', 1, 1, 9))];
    expect(failuresIn(oneWay)).toEqual([]);
  });

  it('is not told beside the reset that ended it', () => {
    const [only, ...more] = failuresIn([
      ...answered,
      ...again(0, 200, 600, 1400),
      s(60_000, 'R', 91, 0),
    ]);
    expect([only?.failure, more.length]).toEqual([undefined, 0]);
  });
});

it('keeps its date after 2038, however the capture is read', () => {
  const frames = [...asked, s(50, 'FA', 1, 41), s(900, 'RA', 2, 41)].map((frame) => ({
    ...frame,
    seconds: (frame.seconds ?? 0) + 900_000_000,
  }));
  const [hangUp] = verdictsOn(captureOf(frames.slice(0, -1)));
  expect([hangUp?.failure, hangUp?.seconds]).toEqual(['closed-before-response', 2_600_000_000]);
  expect(verdictsOn(captureOf(frames)).map(({ seconds }) => seconds)).toEqual([2_600_000_000]);
});
