import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';

/** A server that closes, 30 ms away, and answers late data with a reset after `answerMs`. */
const lateData = (synsAtMs: readonly number[], answerMs: number) => {
  const { c, s } = dialogue();
  const [verdict] = verdictsOn(
    captureOf([
      ...synsAtMs.map((at) => c(at, 'S', 0, 0)),
      s(3030, 'SA', 0, 1),
      c(3031, 'A', 1, 1),
      c(3032, 'PA', 1, 1, 100),
      s(3062, 'FPA', 1, 101, 200),
      c(3063, 'A', 101, 202),
      c(3080, 'PA', 101, 202, 50),
      s(3080 + answerMs, 'R', 202, 0),
    ]),
  );
  return verdict!;
};

it('an answer sooner than the handshake allows is doubtful', () => {
  const { confidence, evidence } = lateData([3000], 5);
  expect(confidence).not.toBe('certain');
  expect(evidence.some(({ say }) => say.en.includes('in the handshake'))).toBe(true);
});

it.each([
  ['in its round trip', [3000]],
  ['where the SYN was repeated, so that the handshake took longer than a round trip', [0, 3000]],
])('an answer %s is the closed socket’s', (_, synsAtMs) => {
  expect(lateData(synsAtMs, 29)).toMatchObject({
    cause: 'data-after-close',
    confidence: 'certain',
  });
});

describe('an answer to the last of several', () => {
  const { c, s, opened } = dialogue();
  const talk = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 100)];

  // As Chrome's sockets do, which probe after 45 s, where the server waited for its FIN half as long.
  it('is to the keepalive probe, not to the ACK of the FIN long ago', () => {
    const [verdict] = verdictsOn(
      captureOf([
        ...talk,
        s(15_000, 'FA', 101, 11),
        c(15_001, 'A', 11, 102),
        c(60_000, 'A', 10, 102),
        s(60_025, 'R', 102, 0),
      ]),
    );
    expect(verdict).toMatchObject({ cause: 'data-after-close' });
    expect(verdict!.evidence.map(({ frame }) => frame)).toContain(8);
  });

  it('is to what was sent again, not to what was lost', () => {
    const [verdict] = verdictsOn(
      captureOf([
        ...talk,
        c(5000, 'PA', 11, 101, 10),
        c(9000, 'PA', 11, 101, 10),
        s(9020, 'R', 101, 0),
      ]),
    );
    expect(verdict!.evidence.some(({ say }) => say.en.includes('the ACK of frame 7, 20 ms'))).toBe(
      true,
    );
  });
});
