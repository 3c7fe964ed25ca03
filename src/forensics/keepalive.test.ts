import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import type { Frame } from '../../test/packets.ts';

/** A pooled connection, idle from 50 ms on; closed at 1051 ms as it is used again. */
const { c, s, opened } = dialogue();
const served = [...opened, c(30, 'PA', 1, 1, 64), s(40, 'PA', 1, 65, 163), c(50, 'A', 65, 164)];
const crossing = [s(1051, 'FA', 164, 65), c(1060, 'PA', 65, 164, 64), s(1061, 'R', 164, 0)];
const verdictOn = (...meanwhile: readonly Frame[]) => {
  const [verdict] = verdictsOn(captureOf([...served, ...meanwhile, ...crossing]));
  return verdict;
};

describe('a keepalive probe just before the server closes (RFC 9293 §3.8.4)', () => {
  it.each([
    ['without data', c(1050, 'A', 64, 164)],
    ['with a byte of no meaning', c(1050, 'A', 64, 164, 1)],
  ])('%s: its answer is no use of the connection, which had been idle', (_form, probe) => {
    const verdict = verdictOn(probe, s(1050.1, 'A', 164, 65));
    expect(verdict).toMatchObject({ cause: 'keepalive-race' });
    expect(verdict?.evidence[0]?.say.en).toMatch(/^the server closed after 1(?:\.0)? s of silence/);
  });

  it('unlike an exchange, after which a server does not time out', () => {
    const exchange = [c(900, 'PA', 65, 164, 64), s(1000, 'PA', 164, 129, 10)];
    const late = [s(1051, 'FA', 174, 129), c(1060, 'PA', 129, 174, 64), s(1061, 'R', 174, 0)];
    const [verdict] = verdictsOn(captureOf([...served, ...exchange, ...late]));
    expect(verdict?.cause).toBe('data-after-close');
  });
});
