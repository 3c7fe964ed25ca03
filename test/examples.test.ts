import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../src/forensics/verdict.ts';
import { JsonRows } from '../src/report/json.ts';
import { EXAMPLES, isFalse, isOneOf, readTwice, rightFor, type Example } from './captures.ts';
import { readJson, ROOT } from './tree.ts';

/**
 * Every recorded capture against what is known of it from outside: the cause, and the whole verdict
 * row by row. What a verdict must be stands in `examples/NAME.verdict.json`, each file reviewed by
 * hand against its truth, tshark and the RFCs. `UPDATE_VERDICTS=1` writes what is said now into
 * them; a file that was changed so fails until somebody has reviewed it and says so in it.
 */

/** What no person has looked at yet begins so. */
const UNREVIEWED = 'NOT REVIEWED';

/** Stands before the rows of each file. */
const REVIEWED = '_reviewed';

interface Expected {
  /** By whom or what the rows were checked, and how the numbers come about. */
  readonly [REVIEWED]: string;
  readonly rows: readonly unknown[];
}

/** A row of `explain --json` without its words: what remains must not change by chance. */
const plainRow = (verdict: Verdict): unknown => {
  const {
    advice: _advice,
    settle: _settle,
    evidence,
    ...row
  } = JSON.parse(new JsonRows('en').row(verdict));
  const frames = (supports: boolean): number[] =>
    evidence
      .filter((seen: { supports: boolean }) => seen.supports === supports)
      .map((seen: { frame: number }) => seen.frame);
  return { ...row, evidence: { for: frames(true), against: frames(false) } };
};

const pathOf = ({ name }: Example): string => `examples/${name}.verdict.json`;

const expectedOf = (example: Example): Expected =>
  existsSync(join(ROOT, pathOf(example)))
    ? readJson(pathOf(example))
    : { [REVIEWED]: UNREVIEWED, rows: [] };

/** Writes the rows as they are, and takes the review back where they are not as reviewed. */
const update = (example: Example, rows: readonly unknown[]): void => {
  const known = expectedOf(example);
  const isSame = JSON.stringify(known.rows) === JSON.stringify(rows);
  const review = known[REVIEWED];
  const stands = isSame || review.startsWith(UNREVIEWED);
  const note = JSON.stringify(stands ? review : `${UNREVIEWED} since the rows changed. ${review}`);
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const content = `{\n  "${REVIEWED}": ${note},\n  "rows": [\n${lines}\n  ]\n}\n`;
  writeFileSync(join(ROOT, pathOf(example)), content);
};

describe.each(EXAMPLES)('$name', (example) => {
  const { bytes, truth } = example;
  const { verdicts, problems } = readTwice(bytes);

  it('is read to its end', () => {
    expect(problems).toEqual([]);
  });

  it(`names ${truth.cause ?? 'nothing'}, or an honest set that holds it`, () => {
    if (truth.cause === null) {
      expect(verdicts).toEqual([]);
      return;
    }
    const first = verdicts.find(({ cause }) => cause !== 'repeated-reset');
    const named =
      first === undefined ? [] : [first.cause, ...first.alternatives.map((a) => a.cause)];
    const right = rightFor(truth);
    expect(
      named.some((cause) => isOneOf(cause, right)),
      `${named.join(', ')} holds none of ${right.join(', ')}`,
    ).toBe(true);
  });

  it('is certain of nothing that is false', () => {
    const certain = verdicts.filter((verdict) => verdict.confidence === 'certain');
    expect(
      certain
        .filter(({ cause }) => isFalse(cause, truth))
        .map(({ frame, cause }) => [frame, cause]),
    ).toEqual([]);
  });

  it('says all the rest as reviewed, row by row', () => {
    const rows = verdicts.map(plainRow);
    if (process.env['UPDATE_VERDICTS'] === '1') update(example, rows);
    const expected = expectedOf(example);
    expect(rows).toEqual(expected.rows);
    expect(expected[REVIEWED], pathOf(example)).not.toMatch(UNREVIEWED);
  });
});

it('there are captures enough, and each has its truth', () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(54);
});
