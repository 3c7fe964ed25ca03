import { existsSync } from 'node:fs';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Language, Text } from '../causes/text.ts';
import type { Summary, Verdict } from '../forensics/verdict.ts';
import { openCapture, STANDARD_INPUT, type CaptureSource } from '../reading/capture-source.ts';
import { complain, isComplaint, type Complaint } from '../reading/complaint.ts';
import { isDamaged } from '../reading/damage.ts';
import { investigate, investigateWhole, type TakeVerdict } from '../reading/investigate.ts';
import type { Operator } from '../reading/operator.ts';
import { JsonRows } from '../report/json.ts';
import { markdownReport } from '../report/markdown.ts';
import type { Findings } from '../report/model.ts';
import { problemText, textReport, type TextOptions } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';
import { version } from './version.ts';

export interface ExplainOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly connection?: number;
  readonly client?: string;
  readonly server?: string;
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
  const { client, server } = options;
  if (client !== undefined && server !== undefined && words.length === 0) {
    const { explainTwo } = await import('./explain-two.ts');
    return explainTwo({ client, server }, options);
  }
  if (client !== undefined || server !== undefined || words.length === 0) {
    tell(HOW_TO_CALL);
    return WRONG;
  }
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

const HOW_TO_CALL =
  'name captures, or an error text; or two captures of one path: --client a.pcap --server b.pcap';

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
  const operator = atTerminal();
  let code = DONE;
  for (const [index, file] of files.entries()) {
    const source = openCapture(file);
    if (isComplaint(source)) {
      tell(source.complaint);
      code = WRONG;
      continue;
    }
    const { problems, complaint } =
      options.json === true
        ? await explainAsRows(source, output, operator, options, files.length > 1)
        : await explainAsReport(source, output, operator, options, index > 0);
    if (complaint !== undefined) tell(complaint);
    if (complaint !== undefined || isDamaged(problems)) code = WRONG;
    if (operator.interrupt.asked) break;
  }
  await output.flush();
  return operator.interrupt.asked ? INTERRUPTED : code;
};

interface Explained {
  readonly problems: Summary['problems'];
  readonly complaint: string | undefined;
}

/** Row after row as they are concluded, so that a million of them need no memory. */
const explainAsRows = async (
  source: CaptureSource,
  output: Output,
  operator: Operator,
  { connection, lang }: ExplainOptions,
  several: boolean,
): Promise<Explained> => {
  const language = languageOf(lang);
  const rows = new JsonRows(language, several ? source.file : undefined);
  const known = new KnownConnections();
  const take: TakeVerdict = (verdict) => {
    if (connection !== undefined) known.note(verdict);
    const isAsked = connection === undefined || verdict.connection.id === connection;
    return isAsked ? writeRow(output, rows, verdict) : undefined;
  };
  const { summary, interrupted, ladder, file } = await investigate(
    source,
    operator,
    take,
    connection,
  );
  for (const problem of summary.problems)
    tell(`${file}: ${problemText(problem, wordsIn(language))}`);
  const complaint = ladder === undefined ? known.complaint(file, connection) : undefined;
  const notes = interrupted ? [...summary.notes, INTERRUPTION] : summary.notes;
  if (complaint === undefined) await output.write(rows.summary({ ...summary, notes }));
  return { problems: summary.problems, complaint };
};

const writeRow = (output: Output, rows: JsonRows, verdict: Verdict): Promise<void> | undefined => {
  const head = output.write(rows.head(verdict));
  const advice = output.writeRecurring(rows.advice(verdict));
  return output.write(rows.tail(verdict)) ?? advice ?? head;
};

const explainAsReport = async (
  source: CaptureSource,
  output: Output,
  operator: Operator,
  options: ExplainOptions,
  isFurther: boolean,
): Promise<Explained> => {
  const language = languageOf(options.lang);
  const findings = await investigateWhole(source, operator, options.connection);
  const { problems } = findings.summary;
  const known = new KnownConnections();
  findings.verdicts.forEach((verdict) => known.note(verdict));
  const complaint =
    findings.ladder === undefined ? known.complaint(findings.file, options.connection) : undefined;
  tellProblems(findings, options, language);
  if (complaint === undefined && hasAnything(findings)) {
    const report = reportOn(findings, options, language);
    await output.write(isFurther ? `\n${report}` : report);
  }
  return { problems, complaint };
};

/** The first few connections that a person could have meant. */
class KnownConnections {
  readonly #ids = new Set<number>();

  note({ connection }: Verdict): void {
    if (this.#ids.size <= 12) this.#ids.add(connection.id);
  }

  /** Undefined where no connection was asked for. */
  complaint(file: string, asked: number | undefined): string | undefined {
    if (asked === undefined) return undefined;
    const known = [...this.#ids];
    const some = known.slice(0, 12).join(', ') + (known.length > 12 ? ', …' : '');
    const hint =
      known.length === 0 ? 'no connection has a verdict' : `connections with a verdict: ${some}`;
    return `${file}: no connection ${asked} to draw; ${hint}`;
  }
}

/** The text report on a terminal tells its problems itself; everywhere else they must not be missed. */
const tellProblems = (findings: Findings, options: ExplainOptions, language: Language): void => {
  const words = wordsIn(language);
  const tells = options.markdown !== true && process.stdout.isTTY && hasAnything(findings);
  if (tells) return;
  for (const problem of findings.summary.problems) {
    tell(`${findings.file}: ${problemText(problem, words)}`);
  }
};

/** Nothing could be read at all: the complaint says it, and a report would only repeat it. */
const hasAnything = ({ summary }: Findings): boolean =>
  summary.counts.packets > 0 || summary.problems.length === 0;

const reportOn = (findings: Findings, options: ExplainOptions, language: Language): string => {
  const how: TextOptions = {
    facts: CATALOGUE,
    words: wordsIn(language),
    paint: options.markdown === true ? (_tone, line) => line : paintFor(options.color),
    width: widthOf(options.width),
    all: options.all === true,
  };
  return options.markdown === true
    ? markdownReport(onlyAsked(findings, options.connection), how, version())
    : textReport(findings, how);
};

const onlyAsked = (findings: Findings, id: number | undefined): Findings =>
  id === undefined
    ? findings
    : { ...findings, verdicts: findings.verdicts.filter((v) => v.connection.id === id) };

/** Rows that end early must not pass for all there is. */
const INTERRUPTION: Text = { en: wordsIn('en').interrupted, zh: wordsIn('zh').interrupted };
