import { expect, it } from 'vitest';
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
