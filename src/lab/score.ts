import type { CauseId } from '../causes/ids.ts';
import type { Scenario, Variant } from '../causes/scenario.ts';
import { ROLES, type RunOptions } from './run.ts';
import { runScenario } from './run-scenario.ts';
import { isAsMeant, judge, type Judgement } from './truth.ts';

/** How the detective did on one capture of one run. */
export interface Mark {
  readonly scenario: string;
  readonly variant: string;
  readonly makes: CauseId | 'none';
  readonly options: RunOptions;
  readonly judgement: Judgement;
  /** What hosts told as causes that the scenario does not mean. */
  readonly unmeant: readonly CauseId[];
  /** Calls that gave something else than Linux does. */
  readonly unlikeLinux: readonly string[];
}

/** Every way to play a variant: both families, with and without timestamps where it leaves them open. */
export const waysToPlay = (variant: Variant, seed: number): readonly RunOptions[] => {
  const families = variant.family === undefined ? ([4, 6] as const) : [variant.family];
  const stamps = variant.timestamps === undefined ? [true, false] : [variant.timestamps];
  return families.flatMap((family) =>
    stamps.map((timestamps) => ({ seed, family, timestamps, sysctls: [] })),
  );
};

/** Plays a scenario in every way that the engine can, and judges it from both ends. */
export const markScenario = (scenario: Scenario, seed: number): readonly Mark[] =>
  scenario.variants
    .filter(({ beyondEngine }) => beyondEngine !== true)
    .flatMap((variant) =>
      waysToPlay(variant, seed).flatMap((options) => markRun(scenario, variant, options)),
    );

const markRun = (scenario: Scenario, variant: Variant, options: RunOptions): readonly Mark[] => {
  const run = runScenario(scenario, variant, options);
  const causes = run.told.flatMap(({ event }) => (event.kind === 'sent' ? [event.cause] : []));
  const unmeant = causes.filter((cause) => !isAsMeant(cause, variant));
  const unlikeLinux = run.calls
    .filter(({ expected, outcome }) => expected !== undefined && expected !== outcome)
    .map(({ call, socket, expected, outcome }) => `${call} ${socket}: ${outcome}, not ${expected}`);
  return ROLES.map((at) => ({
    scenario: scenario.id,
    variant: variant.name,
    makes: variant.makes,
    options,
    judgement: judge(run, at),
    unmeant,
    unlikeLinux,
  }));
};

/** One line of the scorecard: all captures of the scenarios that make one cause. */
export interface Line {
  readonly makes: CauseId | 'none';
  captures: number;
  /** Resets, and connections that broke without one. */
  findings: number;
  named: number;
  /** Not named, but what stands first leaves the same packets at this end. */
  sameWire: number;
  first: number;
  certain: number;
  certainlyWrong: number;
}

/** The marks by cause, in the order met. */
export const scorecard = (marks: readonly Mark[]): readonly Line[] => {
  const lines = new Map<string, Line>();
  for (const { makes, judgement } of marks) {
    const line = lines.get(makes) ?? emptyLine(makes);
    lines.set(makes, line);
    line.captures += 1;
    for (const { named, sameWire, first, certainlyWrong, verdict } of judgement.findings) {
      line.findings += 1;
      line.named += Number(named);
      line.sameWire += Number(sameWire);
      line.first += Number(first);
      line.certain += Number(verdict?.confidence === 'certain');
      line.certainlyWrong += Number(certainlyWrong);
    }
  }
  return [...lines.values()];
};

const emptyLine = (makes: CauseId | 'none'): Line => ({
  makes,
  captures: 0,
  findings: 0,
  named: 0,
  sameWire: 0,
  first: 0,
  certain: 0,
  certainlyWrong: 0,
});

/** The scorecard as a table in Markdown, with the sum of all in its last row. */
export const scorecardText = (lines: readonly Line[]): string => {
  const rows = [
    ...lines.map((line) => [line.makes, ...cells(line)]),
    ['**all**', ...cells(sum(lines))],
  ];
  const head = [
    'scenario makes',
    'captures',
    'resets and failures',
    'named',
    'same packets',
    'first',
    'certain',
    'certain and wrong',
  ];
  const widths = head.map((title, at) =>
    Math.max(...[head, ...rows].map((row) => row[at]?.length ?? title.length)),
  );
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return `${[text(head), rule, ...rows.map(text)].join('\n')}\n`;
};

const COUNTS = [
  'captures',
  'findings',
  'named',
  'sameWire',
  'first',
  'certain',
  'certainlyWrong',
] as const;

const cells = (line: Line): string[] => COUNTS.map((count) => String(line[count]));

const sum = (lines: readonly Line[]): Line => {
  const all = emptyLine('none');
  for (const line of lines) {
    for (const count of COUNTS) all[count] += line[count];
  }
  return all;
};
