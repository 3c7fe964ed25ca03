import type { CauseId } from '../../causes/ids.ts';
import type { Finding, Judgement } from '../truth.ts';
import type { From } from './judge-kernel.ts';
import { isFirst, type KernelMark, type View } from './kernel-score.ts';

/** One line of the scorecard: all runs of the variants that make one cause. */
interface Line {
  readonly makes: CauseId | 'none' | '**all**';
  readonly runs: number;
  readonly asExpected: number;
  readonly agree: number;
  readonly explained: number;
  readonly findings: number;
  readonly named: number;
  readonly first: number;
  readonly certain: number;
  readonly certainlyWrong: number;
  /** The same of captures that begin in the middle of the connections. */
  readonly lateFindings: number;
  readonly lateNamed: number;
  readonly lateCertainlyWrong: number;
}

const TITLES = [
  'scenario makes',
  'runs',
  'as Linux is said to do',
  'engine agrees',
  'differs, explained',
  'resets and failures',
  'named',
  'first',
  'certain',
  'certain and wrong',
  'from the middle',
  'named',
  'certain and wrong',
];

/** The page that is kept of all marks. `release`: of the kernel that played, as `6.18`. */
export const kernelScorecardPage = (marks: readonly KernelMark[], release: string): string =>
  [
    '# Engine and detective against the Linux kernel',
    ABOUT,
    `Made by \`resetlab lab score --on linux\` on Linux ${release}.`,
    kernelScorecard(marks),
  ].join('\n\n');

const ABOUT =
  "Every scenario that Linux can do, in every way (IPv4 and IPv6, with and without timestamps), played by real processes with real sockets in network namespaces, after ordinary connections, and captured at the client, at the server and on all devices. *As Linux is said to do*: every call gave what the scenario says. *Engine agrees*: the same scenario on our engine gave the same errnos, the same resets (flags, numbers, window zero or not) and the same reasons, the kernel's by its tracepoint; where it differs for a known reason, [that page](kernel-differences.md) says which. *Named* and *first* are about the detective, as in [the scorecard of the simulator](scorecard.md), where a cause that leaves the same packets may stand first; *from the middle*: the same captures without the handshakes.";

/** The marks by cause, by name, as a table in Markdown with the sum of all in its last row. */
const kernelScorecard = (marks: readonly KernelMark[]): string => {
  const causes = [...new Set(marks.map(({ makes }) => makes))].toSorted();
  const lines = causes.map((makes) =>
    lineOf(
      makes,
      marks.filter((mark) => mark.makes === makes),
    ),
  );
  const rows = [...lines, lineOf('**all**', marks)].map((line) => Object.values(line).map(String));
  const widths = TITLES.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return `${[text(TITLES), `| ${rule.join(' | ')} |`, ...rows.map(text)].join('\n')}\n`;
};

/** The findings of captures that show their connections from there on. */
const findingsFrom = (marks: readonly KernelMark[], from: From): readonly Found[] =>
  marks
    .flatMap(({ views }) => views)
    .filter((view) => view.from === from)
    .flatMap(({ judgement }) => judgement.findings.map((finding) => ({ judgement, finding })));

interface Found {
  readonly judgement: Judgement;
  readonly finding: Finding;
}

const isSure = ({ finding }: Found): boolean => finding.verdict?.confidence === 'certain';
const isWrong = ({ finding }: Found): boolean => finding.certainlyWrong;
const isNamed = ({ finding }: Found): boolean => finding.named;

const lineOf = (makes: Line['makes'], marks: readonly KernelMark[]): Line => {
  const whole = findingsFrom(marks, 'the beginning');
  const late = findingsFrom(marks, 'the middle');
  return {
    makes,
    runs: marks.length,
    asExpected: marks.filter(({ unlikeScenario }) => unlikeScenario.length === 0).length,
    agree: marks.filter(({ differences }) => differences.length === 0).length,
    explained: marks.filter(isExplained).length,
    findings: whole.length,
    named: whole.filter(isNamed).length,
    first: whole.filter(({ judgement, finding }) => isFirst(judgement, finding)).length,
    certain: whole.filter(isSure).length,
    certainlyWrong: whole.filter(isWrong).length,
    lateFindings: late.length,
    lateNamed: late.filter(isNamed).length,
    lateCertainlyWrong: late.filter(isWrong).length,
  };
};

const isExplained = ({ differences }: KernelMark): boolean =>
  differences.length > 0 && differences.every(({ why }) => why !== undefined);

/** What is not as it should be, a line each: to be mended, or to be explained. */
export const troubles = (mark: KernelMark): readonly string[] => {
  const { scenario, variant, options, unlikeScenario, differences, views } = mark;
  const stamps = options.timestamps ? '' : ', no timestamps';
  const name = `${scenario}, ${variant}, IPv${options.family}${stamps}`;
  return [
    ...unlikeScenario.map((text) => `the kernel does not what the scenario says: ${text}`),
    ...differences
      .filter(({ why }) => why === undefined)
      .map(({ about, kernel, engine }) => `${about}: kernel ${kernel}; engine ${engine}`),
    ...views.flatMap(missed),
  ].map((text) => `${name}: ${text}`);
};

const missed = ({ place, from, judgement }: View): readonly string[] =>
  judgement.findings
    .filter(({ named, certainlyWrong }) => !named || certainlyWrong)
    .map(({ frame, cause, verdict, certainlyWrong }) => {
      const truth = cause ?? `a failure, ${judgement.truth.makes}`;
      const said = verdict === undefined ? 'nothing' : `${verdict.cause}, ${verdict.confidence}`;
      const wrong = certainlyWrong ? 'certain and wrong' : 'not named';
      return `at ${place} from ${from}, frame ${frame} is ${truth}, the detective says ${said}: ${wrong}`;
    });
