import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, ROOT } from '../../test/tree.ts';
import { CAUSE_IDS } from '../causes/ids.ts';
import { SCENARIOS, WITHOUT_SCENARIO } from '../causes/scenarios.ts';
import { claimsTable } from './claims.ts';
import { runScenario } from './run-scenario.ts';
import { type Mark, markScenario, scorecard, scorecardText } from './score.ts';

/**
 * Every scenario in every way it can be played, captured at either end: what the engine says it did
 * against what the scenario means, and both against the detective, who has only the packets.
 */

const SEED = 1;
const ALL: readonly Mark[] = SCENARIOS.flatMap((scenario) => markScenario(scenario, SEED));

const nameOf = ({ variant, options, judgement }: Mark): string =>
  `${variant} IPv${options.family} ${options.timestamps ? 'ts' : 'no ts'} at ${judgement.at}`;

describe.each(SCENARIOS)('$id', ({ id }) => {
  const marks = ALL.filter(({ scenario }) => scenario === id);

  it('makes what it means, by the word of whoever sent each reset', () => {
    const wrong = marks.filter(({ unmeant }) => unmeant.length > 0);
    expect(wrong.map((mark) => [nameOf(mark), mark.unmeant])).toEqual([]);
  });

  it('tells its applications what Linux tells them', () => {
    const wrong = marks.filter(({ unlikeLinux }) => unlikeLinux.length > 0);
    expect(wrong.map((mark) => [nameOf(mark), mark.unlikeLinux])).toEqual([]);
  });

  it('is named by the detective, or is in the set that he leaves open', () => {
    const missed = marks.flatMap((mark) =>
      mark.judgement.findings
        .filter(({ cause, named, sameWire }) => cause !== undefined && !named && !sameWire)
        .map(({ frame, cause, verdict }) => [nameOf(mark), frame, cause, verdict?.cause]),
    );
    expect(missed).toEqual([]);
  });

  it('has something to be named where it breaks something, and nothing where it does not', () => {
    const wrong = marks.filter(({ judgement: { truth, verdicts } }) =>
      truth.makes === 'none' ? verdicts.length > 0 : verdicts.length === 0,
    );
    expect(
      wrong.map((mark) => [nameOf(mark), mark.judgement.verdicts.map(({ cause }) => cause)]),
    ).toEqual([]);
  });

  it('is broken first by what it makes', () => {
    const wrong = marks.filter(({ judgement: { truth, findings } }) => {
      const [first] = findings;
      return truth.makes !== 'none' && !(first?.named ?? false) && !(first?.sameWire ?? false);
    });
    expect(wrong.map((mark) => [nameOf(mark), mark.judgement.findings[0]?.verdict?.cause])).toEqual(
      [],
    );
  });

  it('never makes him certain of what is false', () => {
    const wrong = marks.flatMap((mark) =>
      mark.judgement.findings
        .filter(({ certainlyWrong }) => certainlyWrong)
        .map(({ frame, cause, verdict }) => [nameOf(mark), frame, cause, verdict?.cause]),
    );
    expect(wrong).toEqual([]);
  });

  it('is not taken for what only looks like it', () => {
    const wrong = marks.filter(({ judgement }) => judgement.mistaken.length > 0);
    expect(wrong.map((mark) => [nameOf(mark), mark.judgement.mistaken])).toEqual([]);
  });
});

it('plays the same seed the same way, byte by byte', () => {
  const [scenario] = SCENARIOS;
  const options = { seed: 7, family: 4, timestamps: true, sysctls: [] } as const;
  const play = () =>
    runScenario(scenario!, scenario!.variants[0], options).recordings.client.capture;
  expect(play()).toEqual(play());
});

it('has a scenario for every cause, or says why not', () => {
  const made = new Set(SCENARIOS.map(({ id }) => id));
  const missing = CAUSE_IDS.filter((id) => !made.has(id));
  expect(missing).toEqual(CAUSE_IDS.filter((id) => id in WITHOUT_SCENARIO));
});

it('leads from every claim to a command', () => {
  const rows = claimsTable(SCENARIOS).trim().split('\n').slice(2);
  // A1 to A25, B1 to B7, D1 to D4, E1.
  expect(rows.length).toBe(25 + 7 + 4 + 1);
  expect(rows.filter((row) => !row.includes('resetlab lab'))).toEqual([]);
});

it('calls no two variants of a scenario by one name', () => {
  for (const { id, variants } of SCENARIOS) {
    expect(new Set(variants.map(({ name }) => name)).size, id).toBe(variants.length);
  }
});

/** `UPDATE_DOCS=1` writes both pages as they must be. */
describe('pages', () => {
  const pages = {
    'docs/claims.md': `# What is claimed, and how to see it\n\nEach claim about TCP's reset with the scenarios that show it. \`resetlab lab list\` tells what each variant does. Where Linux does not do what is claimed, one variant shows Linux and another, by a setting of ours, the claim.\n\n${claimsTable(SCENARIOS)}`,
    'docs/scorecard.md': `# How the detective does\n\nEvery scenario in every way it can be played (IPv4 and IPv6, with and without timestamps), captured at either end. The detective sees the capture alone. *Named*: the true cause is among those that the verdict leaves open; *same packets*: it is not, but what stands first would leave the same packets at this end, as where a lost reset came before; *first*: it stands first. Many causes leave the same packets, so that not first is no mistake; certain and wrong is one.\n\nMade by \`resetlab lab score\`.\n\n${scorecardText(scorecard(ALL))}`,
  };

  it.each(Object.entries(pages))('%s is current', (path, page) => {
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(join(ROOT, 'docs'), { recursive: true });
      writeFileSync(join(ROOT, path), page);
    }
    expect(existsSync(join(ROOT, path))).toBe(true);
    expect(read(path)).toBe(page);
  });
});
