import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Language } from '../causes/text.ts';
import { STANDARD_INPUT, type CaptureSource } from '../reading/capture-source.ts';
import { complain, isComplaint, type Complaint } from '../reading/complaint.ts';
import { reasonOf } from '../reading/errno-words.ts';
import { isDamaged } from '../reading/damage.ts';
import {
  investigateWithLadders,
  type FindingsWithLadders,
} from '../reading/investigate-ladders.ts';
import { withFileOf } from '../reading/spool.ts';
import { anonymised } from '../report/anonymise.ts';
import { reportDocument } from '../report/html/document.ts';
import { laddersWanted, reportData } from '../report/html/report-data.ts';
import { grouped } from '../report/numbers.ts';
import { problemText } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import { Output, tell } from './output.ts';
import { languageOf } from './terminal.ts';
import { version } from './version.ts';

export interface ReportCommandOptions {
  /** `-` is standard output; undefined: beside nothing, named after the capture. */
  readonly output?: string;
  readonly title?: string;
  readonly lang?: string;
  readonly anonymise?: true;
  readonly payload?: true;
}

/** `resetlab report`: one page about one capture; returns the exit code. */
export const report = async (file: string, options: ReportCommandOptions): Promise<number> => {
  const language = languageOf(options.lang);
  const target = options.output ?? targetFor(file);
  if (isSameFile(file, target))
    return failed(`${target}: is the capture itself; choose another -o`);
  const interrupt = new Interrupt();
  const read = await withFileOf(file, interrupt, (source, isBrokenOff) =>
    findingsIn(source, isBrokenOff, options),
  );
  if (isComplaint(read)) return failed(read.complaint);
  const findings = {
    ...read.findings,
    file,
    interrupted: read.findings.interrupted || interrupt.asked,
  };
  for (const problem of findings.summary.problems) {
    tell(`${file}: ${problemText(problem, wordsIn(language))}`);
  }
  const { problems, counts } = findings.summary;
  if (counts.packets === 0 && problems.length > 0) return WRONG;
  const page = pageOf({ findings, ladders: read.ladders }, options, language);
  const wrong = await written(page, target);
  if (wrong !== undefined) return failed(wrong.complaint);
  if (target !== STANDARD_INPUT) await say(doneText(target, page, language));
  if (findings.interrupted) return INTERRUPTED;
  return isDamaged(problems) ? WRONG : DONE;
};

const failed = (complaint: string): number => {
  tell(complaint);
  return WRONG;
};

/** `capture.pcap.gz` becomes `capture.html`, where the command is run. */
const targetFor = (file: string): string => {
  if (file === STANDARD_INPUT) return 'report.html';
  const name = basename(file).replace(/\.(?:gz|zst|zstd)$/i, '');
  return `${name.replace(/(?<=.)\.[a-z]+\d*$/i, '')}.html`;
};

const isSameFile = (file: string, target: string): boolean => {
  const place = (path: string) => {
    try {
      return realpathSync(path);
    } catch {
      // It does not exist, or cannot be seen: opening it will say so.
      return undefined;
    }
  };
  if (file === STANDARD_INPUT || target === STANDARD_INPUT) return false;
  const own = place(file);
  return own !== undefined && own === place(target);
};

/** Not with the interrupt that ends a pipe: what came through it until then is to be read. */
const findingsIn = async (
  source: CaptureSource,
  isBrokenOff: boolean,
  { payload }: ReportCommandOptions,
): Promise<FindingsWithLadders | Complaint> => {
  const read = await investigateWithLadders(source, atTerminal(), (verdicts) =>
    laddersWanted(verdicts, payload === true),
  );
  return isBrokenOff && !isComplaint(read) ? withoutBrokenEnd(read) : read;
};

/** Half a packet where somebody broke off is no fault of the capture. */
const withoutBrokenEnd = ({ findings, ladders }: FindingsWithLadders): FindingsWithLadders => {
  const problems = findings.summary.problems.filter(({ code }) => code !== 'cut-short');
  return { findings: { ...findings, summary: { ...findings.summary, problems } }, ladders };
};

const pageOf = (
  read: FindingsWithLadders,
  { title, anonymise }: ReportCommandOptions,
  language: Language,
): string => {
  const isAnonymised = anonymise === true;
  const { findings, ladders } = isAnonymised ? anonymised(read.findings, read.ladders) : read;
  const how = { facts: CATALOGUE, language, version: version(), title, isAnonymised };
  return reportDocument(emptyPage(), reportData(findings, ladders, how));
};

/** As the build made it. */
const emptyPage = (): string =>
  readFileSync(new URL('../../dist/web/report.html', import.meta.url), 'utf8');

const written = async (page: string, target: string): Promise<Complaint | undefined> => {
  if (target === STANDARD_INPUT) {
    await say(page);
    return undefined;
  }
  try {
    writeFileSync(target, page);
    return undefined;
  } catch (error) {
    return complain(`${target}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
};

const say = async (text: string): Promise<void> => {
  const output = new Output();
  await output.write(text);
  await output.flush();
};

const doneText = (target: string, page: string, language: Language): string => {
  const kilobytes = grouped(Math.ceil(Buffer.byteLength(page) / 1000));
  return language === 'zh'
    ? `${target}：${kilobytes} kB，用浏览器打开即可\n`
    : `${target}: ${kilobytes} kB, to be opened in a browser\n`;
};
