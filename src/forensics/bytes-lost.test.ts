import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import { ipv4, tcp, zeros, type Frame } from '../../test/packets.ts';

/**
 * Application data lost. At least: what the receiver sent and the sender's kernel never took. At
 * most: also what was taken and perhaps not read, and what the sender had not seen acknowledged.
 */
const lostIn = (frames: readonly Frame[]) => {
  const verdicts = verdictsOn(captureOf(frames));
  return verdicts.map(({ bytesLost: { min, max } }) => [min, max]);
};

/** Plain numbers, and such that both directions run over 2^31, and over 2^32. */
describe.each([
  [1000, 5000],
  [2 ** 31 - 150, 2 ** 31 - 20],
  [2 ** 32 - 150, 2 ** 32 - 20],
])('with initial numbers %i and %i', (clientIss, serverIss) => {
  const { c, s, opened } = dialogue({ clientIss, serverIss });
  const asked = [...opened, c(30, 'PA', 1, 1, 300), s(40, 'A', 1, 301)];
  const answered = [...asked, s(50, 'PA', 1, 301, 50)];

  it.each([
    ['taken and unread: 300', [...asked, s(90, 'RA', 1, 301)], [0, 300]],
    [
      'on its way 200 (never taken), taken 300',
      [...asked, c(85, 'PA', 301, 1, 200), s(90, 'RA', 1, 301)],
      [200, 500],
    ],
    [
      'read, for it was answered; the answer acknowledged',
      [...answered, c(60, 'A', 301, 51), s(90, 'RA', 51, 301)],
      [0, 0],
    ],
    ['the answer of 50 not acknowledged', [...answered, s(90, 'RA', 51, 301)], [0, 50]],
    [
      'late data of 70 that met a closed socket',
      [
        ...answered,
        c(60, 'A', 301, 51),
        s(70, 'FA', 51, 301),
        c(80, 'A', 301, 52),
        c(90, 'PA', 301, 52, 70),
        s(100, 'R', 52, 0),
      ],
      [70, 70],
    ],
    [
      'sent twice is lost once',
      [...asked, c(60, 'PA', 301, 1, 200), c(300, 'PA', 301, 1, 200), s(310, 'R', 1, 0)],
      [200, 500],
    ],
    ['a FIN is no byte', [...asked, c(60, 'FPA', 301, 1, 200), s(70, 'R', 1, 0)], [200, 500]],
    [
      'nor is one beyond what an abort acknowledges',
      [...asked, c(85, 'FPA', 301, 1, 200), s(90, 'RA', 1, 301)],
      [200, 500],
    ],
    [
      'what the capture missed in between was sent all the same',
      [...opened, c(30, 'PA', 1, 1, 100), c(32, 'PA', 201, 1, 100), s(40, 'R', 1, 0)],
      [300, 300],
    ],
    ['nothing, by a reset that is ignored', [...asked, s(90, 'RA', 70_000, 301)], [0, 0]],
    [
      'nothing in a handshake',
      [c(0, 'S', 0, 0), s(9, 'RA', -serverIss, 1, 0, { window: 0 })],
      [0, 0],
    ],
    [
      'a keepalive probe is no data',
      [...answered, c(60, 'A', 301, 51), c(9000, 'A', 300, 51), s(9010, 'R', 51, 0)],
      [0, 0],
    ],
  ])('%s', (_name, frames, expected) => {
    expect(lostIn(frames)).toEqual([expected]);
  });
});

describe('an early answer', () => {
  it('does not prove that the request was read: all of it may be lost', () => {
    const { c, s, opened } = dialogue();
    const head = 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n';
    const answer = 'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n';
    const [h, a] = [head.length, answer.length];
    const upload = [c(30, 'PA', 1, 1, head), c(31, 'A', 1 + h, 1, 1400), s(40, 'A', 1, 1401 + h)];
    const refused = [s(45, 'PA', 1, 1401 + h, answer), c(47, 'A', 1401 + h, 1 + a, 1400)];
    const frames = [...opened, ...upload, ...refused, s(50, 'RA', 1 + a, 1401 + h)];
    // 1400 never taken; head and the first 1400 taken and perhaps unread.
    expect(lostIn(frames)).toEqual([[1400, 2800 + h]]);
  });
});

describe('segmentation offload', () => {
  it('counts a super-segment by its length', () => {
    const { c, s, opened } = dialogue();
    const frames = [...opened, c(30, 'PA', 1, 1, 60_000), s(40, 'RA', 1, 20_001)];
    expect(lostIn(frames)).toEqual([[40_000, 60_000]]);
  });

  it('counts one with an IP length of zero by what was captured', () => {
    const { s, opened } = dialogue();
    const payload = zeros(3000);
    const data = ipv4(tcp({ seq: 1001, ack: 5001, flags: 'PA', payload }), { length: 0 });
    expect(lostIn([...opened, { data }, s(40, 'RA', 1, 1)])).toEqual([[3000, 3000]]);
  });
});
