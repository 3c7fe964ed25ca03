import { existsSync } from 'node:fs';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Language, Text } from '../causes/text.ts';
import { JsonRows } from '../report/json.ts';
import { markdownReport } from '../report/markdown.ts';
import type { Findings } from '../report/model.ts';
import { problemText, textReport, type TextOptions } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { openCapture, STANDARD_INPUT } from './capture-source.ts';
import { complain, DONE, INTERRUPTED, isComplaint, WRONG, type Complaint } from './complaint.ts';
import { Interrupt } from './interrupt.ts';
import { investigate, isDamaged } from './investigate.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';
import { version } from './version.ts';

export interface ExplainOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly connection?: number;
  readonly all?: true;
  readonly lang?: string;
  readonly width?: number;
  readonly color?: boolean;
}

/** `resetlab explain`: captures or an error text; returns the exit code. */
export const explain = async (
  words: readonly string[],
  options: ExplainOptions,
): Promise<number> => {
  const asked = whatIsMeant(words);
  if (isComplaint(asked)) {
    tell(asked.complaint);
    return WRONG;
  }
  if ('errorText' in asked) {
    const { explainText } = await import('./explain-text.ts');
    return explainText(asked.errorText, options);
  }
  if (options.connection !== undefined && asked.files.length > 1) {
    tell('--connection needs exactly one capture: every capture numbers its own connections');
    return WRONG;
  }
  return explainCaptures(asked.files, options);
};

/** How captures are called; what ends like this is never an error text. */
const CAPTURE_NAME = /\.(?:pcap|pcapng|cap|dmp|dump|trc|ntar)\d*(?:\.(?:gz|zst|zstd|xz|bz2))?$/i;
const PATH = /^(?:\.{0,2}\/|~)|^[^\s:]*\/[^\s:]*$/;

/** Captures are files that exist, or words that look like one; anything else is an error text. */
const whatIsMeant = (
  words: readonly string[],
): { files: readonly string[] } | { errorText: string } | Complaint => {
  const isFile = (word: string) => word === STANDARD_INPUT || existsSync(word);
  const looksLikeFile = (word: string) => CAPTURE_NAME.test(word) || PATH.test(word);
  const missing = words.filter((word) => !isFile(word));
  if (missing.length === 0) return { files: words };
  const wrong =
    missing.find(looksLikeFile) ?? (missing.length < words.length ? missing[0] : undefined);
  return wrong === undefined ? { errorText: words.join(' ') } : complain(`${wrong}: no such file`);
};

const explainCaptures = async (
  files: readonly string[],
  options: ExplainOptions,
): Promise<number> => {
  const output = new Output();
  const interrupt = new Interrupt();
  const language = languageOf(options.lang);
  let code = DONE;
  for (const [index, file] of files.entries()) {
    const source = openCapture(file);
    if (isComplaint(source)) {
      tell(source.complaint);
      code = WRONG;
      continue;
    }
    const findings = await investigate(source, interrupt, options.connection);
    const complaint = noSuchConnection(findings, options.connection);
    if (complaint !== undefined) tell(complaint);
    tellProblems(findings, options, language);
    if (complaint === undefined) {
      await print(output, findings, options, language, files.length > 1, index);
    }
    if (complaint !== undefined || isDamaged(findings.summary.problems)) code = WRONG;
    if (interrupt.asked) break;
  }
  await output.flush();
  return interrupt.asked ? INTERRUPTED : code;
};

const noSuchConnection = (
  { file, ladder, verdicts }: Findings,
  id: number | undefined,
): string | undefined => {
  if (id === undefined || ladder !== undefined) return undefined;
  const known = [...new Set(verdicts.map(({ connection }) => connection.id))];
  const some = known.slice(0, 12).join(', ') + (known.length > 12 ? ', …' : '');
  const hint =
    known.length === 0 ? 'no connection has a verdict' : `connections with a verdict: ${some}`;
  return `${file}: no connection ${id} to draw; ${hint}`;
};

/** The text report on a terminal tells its problems itself; everywhere else they must not be missed. */
const tellProblems = (findings: Findings, options: ExplainOptions, language: Language): void => {
  const words = wordsIn(language);
  const tells = !isJsonOrMarkdown(options) && process.stdout.isTTY && hasAnything(findings);
  if (tells) return;
  for (const problem of findings.summary.problems) {
    tell(`${findings.file}: ${problemText(problem, words)}`);
  }
};

const isJsonOrMarkdown = ({ json, markdown }: ExplainOptions): boolean =>
  json === true || markdown === true;

/** Nothing could be read at all: the complaint says it, and a report would only repeat it. */
const hasAnything = ({ summary }: Findings): boolean =>
  summary.counts.packets > 0 || summary.problems.length === 0;

const print = async (
  output: Output,
  findings: Findings,
  options: ExplainOptions,
  language: Language,
  several: boolean,
  index: number,
): Promise<void> => {
  if (options.json === true) {
    await printJson(output, findings, options.connection, language, several);
    return;
  }
  if (!hasAnything(findings)) return;
  const how: TextOptions = {
    facts: CATALOGUE,
    words: wordsIn(language),
    paint: options.markdown === true ? (_tone, line) => line : paintFor(options.color),
    width: widthOf(options.width),
    all: options.all === true,
  };
  const report =
    options.markdown === true
      ? markdownReport(onlyAsked(findings, options.connection), how, version())
      : textReport(findings, how);
  await output.write(index > 0 ? `\n${report}` : report);
};

const onlyAsked = (findings: Findings, id: number | undefined): Findings =>
  id === undefined
    ? findings
    : { ...findings, verdicts: findings.verdicts.filter((v) => v.connection.id === id) };

/** Rows that end early must not pass for all there is. */
const INTERRUPTION: Text = { en: wordsIn('en').interrupted, zh: wordsIn('zh').interrupted };

const printJson = async (
  output: Output,
  findings: Findings,
  connection: number | undefined,
  language: Language,
  several: boolean,
): Promise<void> => {
  const rows = new JsonRows(language, several ? findings.file : undefined);
  for (const verdict of onlyAsked(findings, connection).verdicts) {
    const full = output.write(rows.row(verdict));
    if (full !== undefined) await full;
  }
  const { summary, interrupted } = findings;
  const notes = interrupted ? [...summary.notes, INTERRUPTION] : summary.notes;
  await output.write(rows.summary({ ...summary, notes }));
};
