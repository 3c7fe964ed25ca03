import { afterAll, describe, expect, it } from 'vitest';
import { EXAMPLES, isFalse, readFollowingAll, readOnce, readTwice, rowsOf } from './captures.ts';
import { seedOfRun, spoiltWays } from './spoil.ts';

/**
 * The recorded captures with something missing. A capture that holds less may say less; it may
 * never be certain of what is false.
 */

const seed = seedOfRun();
const replay = `SEED=${seed} npx vitest run test/spoilt.test.ts`;

const count = { readings: 0, certain: 0 };
afterAll(() => {
  console.log(`${count.readings} spoilt readings, ${count.certain} certain verdicts; ${replay}`);
});

describe.each(EXAMPLES)('$name, spoilt', ({ bytes, truth }) => {
  const whole = new Map(readTwice(bytes).verdicts.map((verdict) => [verdict.frame, verdict]));
  const readings = spoiltWays(bytes, seed).map(({ how, ...spoilt }) => {
    const { verdicts } = readTwice(spoilt.bytes, spoilt.keeps);
    const certain = verdicts.filter((verdict) => verdict.confidence === 'certain');
    count.readings++;
    count.certain += certain.length;
    return { how, spoilt, verdicts, certain };
  });

  it('is certain of nothing that is false', () => {
    const wrong = readings.flatMap(({ how, certain }) =>
      certain
        .filter(({ cause }) => isFalse(cause, truth))
        .map(({ frame, cause }) => `${how}: frame ${frame} ${cause}`),
    );
    expect(wrong, replay).toEqual([]);
  });

  it('is never certain, for having seen less, of what the whole capture held only possible', () => {
    const surer = readings.flatMap(({ how, certain }) =>
      certain
        .filter(({ frame, cause }) => {
          const before = whole.get(frame);
          return before?.confidence === 'possible' && before.cause !== cause;
        })
        .map(({ frame, cause }) => `${how}: frame ${frame} ${cause}`),
    );
    expect(surer, replay).toEqual([]);
  });

  it('says the same whether it can be read twice or only once', () => {
    for (const { how, spoilt, verdicts } of readings) {
      const once = readOnce(spoilt.bytes, 1500, spoilt.keeps);
      expect(rowsOf(once.verdicts), `${how}; ${replay}`).toBe(rowsOf(verdicts));
      const all = readFollowingAll(spoilt.bytes, spoilt.keeps);
      expect(rowsOf(all.verdicts), `all followed; ${how}; ${replay}`).toBe(rowsOf(verdicts));
    }
  });
});

describe.each(EXAMPLES)('$name, whole', ({ bytes }) => {
  it.each([1, 97, 4096, 1 << 20])('says the same read twice, or once in pieces of %i', (piece) => {
    expect(rowsOf(readOnce(bytes, piece).verdicts)).toBe(rowsOf(readTwice(bytes).verdicts));
  });

  it('says the same with every packet taken apart, or glanced at first', () => {
    const apart = readTwice(bytes, () => true);
    expect(rowsOf(readTwice(bytes).verdicts)).toBe(rowsOf(apart.verdicts));
  });
});
