import type { CauseId } from '../causes/ids.ts';
import type { Verdict } from '../forensics/verdict.ts';
import type { FactsOf, Findings } from './model.ts';
import { problemText } from './text.ts';
import { printable } from './width.ts';
import { nameOf, type Words } from './words.ts';

/** One capture held against what its owner expects. */
export interface CheckedCapture {
  readonly file: string;
  /** Verdicts that nobody allowed, in frame order. */
  readonly found: readonly Verdict[];
  /** Verdicts that are allowed, or harmless anyway. */
  readonly passed: number;
  readonly problems: Findings['summary']['problems'];
}

/**
 * What is neither benign nor allowed. Allowing a cause allows its special forms too, and a repeated
 * reset where the reset that it repeats was let pass.
 */
export const check = (
  { file, verdicts, summary }: Findings,
  allowed: ReadonlySet<CauseId>,
  facts: FactsOf,
): CheckedCapture => {
  const passes = ({ cause, benign }: Verdict): boolean => {
    const general = [facts[cause].facts.refines ?? []].flat();
    return benign || [cause, ...general].some((id) => allowed.has(id));
  };
  const passedBefore = new Map<number, boolean>();
  const found = verdicts.filter((verdict) => {
    const { id } = verdict.connection;
    const original = verdict.cause === 'repeated-reset' ? passedBefore.get(id) : undefined;
    const passed = original ?? passes(verdict);
    passedBefore.set(id, passed);
    return !passed && original === undefined;
  });
  return { file, found, passed: verdicts.length - found.length, problems: summary.problems };
};

export type CheckFormat = 'text' | 'junit' | 'github';

/** The outcome for people or for a CI system; ends with a line feed. */
export const checkReport = (
  captures: readonly CheckedCapture[],
  format: CheckFormat,
  facts: FactsOf,
  words: Words,
): string => {
  if (format === 'junit') return junit(captures, facts, words);
  const lines = captures.flatMap((one) =>
    format === 'github' ? githubLines(one, facts, words) : textLines(one, facts, words),
  );
  return lines.map((line) => `${line}\n`).join('');
};

const finding = (verdict: Verdict, facts: FactsOf, words: Words): string =>
  words.check.finding(verdict, facts[verdict.cause].facts.title[words.language]);

/** `api.pcapng:1882: close-with-unread-data (likely): …`, the form editors can jump to. */
const textLines = (one: CheckedCapture, facts: FactsOf, words: Words): string[] => {
  const file = printable(nameOf(one.file, words));
  const lines = one.found.map(
    (verdict) =>
      `${file}:${verdict.frame}: ${verdict.cause} (${words.confidence[verdict.confidence]}): ` +
      finding(verdict, facts, words),
  );
  if (lines.length === 0 && one.problems.length === 0) {
    lines.push(words.check.clean(file, one.passed));
  }
  return lines;
};

/** Workflow commands: annotations on the run. */
const githubLines = (one: CheckedCapture, facts: FactsOf, words: Words): string[] => [
  ...one.found.map((verdict) => {
    const title = `${verdict.cause} (${words.confidence[verdict.confidence]})`;
    const message = `${words.frame(verdict.frame)}: ${finding(verdict, facts, words)}`;
    return annotation(one.file, title, message);
  }),
  ...one.problems.map((problem) => annotation(one.file, problem.code, problemText(problem, words))),
];

const annotation = (file: string, title: string, message: string): string =>
  `::error file=${property(file)},title=${property(title)}::${data(message)}`;

const data = (text: string): string =>
  text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

const junit = (captures: readonly CheckedCapture[], facts: FactsOf, words: Words): string => {
  const suites = captures.map((one) => suite(one, facts, words));
  const body = suites.join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="resetlab">\n${body}</testsuites>\n`;
};

const suite = (one: CheckedCapture, facts: FactsOf, words: Words): string => {
  const cases = [
    ...one.found.map((verdict) => failedCase(one.file, verdict, facts, words)),
    ...one.problems.map((problem) => {
      const text = attribute(problemText(problem, words));
      return `    <testcase classname="${attribute(one.file)}" name="${problem.code}"><error message="${text}"/></testcase>\n`;
    }),
  ];
  if (cases.length === 0) {
    const name = attribute(words.check.suite);
    cases.push(`    <testcase classname="${attribute(one.file)}" name="${name}"/>\n`);
  }
  const counts = `tests="${cases.length}" failures="${one.found.length}" errors="${one.problems.length}"`;
  return `  <testsuite name="${attribute(one.file)}" ${counts}>\n${cases.join('')}  </testsuite>\n`;
};

const failedCase = (file: string, verdict: Verdict, facts: FactsOf, words: Words): string => {
  const name = `${verdict.cause}, ${words.frame(verdict.frame)}`;
  const message = attribute(finding(verdict, facts, words));
  const evidence = verdict.evidence
    .map(({ frame, say }) => `${words.frame(frame)}: ${say[words.language]}`)
    .join('\n');
  return (
    `    <testcase classname="${attribute(file)}" name="${attribute(name)}">\n` +
    `      <failure type="${verdict.cause}" message="${message}">${attribute(evidence)}</failure>\n` +
    '    </testcase>\n'
  );
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** XML 1.0 has no way to write most control characters, nor halves of surrogate pairs. */
const attribute = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- these are the very characters to take out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
