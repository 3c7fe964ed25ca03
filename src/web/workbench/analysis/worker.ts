import { CATALOGUE } from '../../../causes/catalogue.ts';
import type { Language } from '../../../causes/text.ts';
import type { Ladder } from '../../../forensics/verdict.ts';
import type { ReportData } from '../../../report/html/data.ts';
import { anonymised } from '../../../report/anonymise.ts';
import type { Findings } from '../../../report/model.ts';
import { reportDocument } from '../../../report/html/document.ts';
import { reportData } from '../../../report/html/report-data.ts';
import { analyse, type Progress } from './analyse.ts';
import type { Answer, Request } from './messages.ts';

/** Reads a capture away from the page, which stays free; nothing leaves the machine. */

const TELL_EVERY_MS = 100;
/** Verdicts in one message. */
const SOME = 100;

/** The empty report; the build puts it in. */
declare const RESETLAB_REPORT_PAGE: string;

/** What was found, and the segments once they are read. */
interface Read {
  readonly findings: Findings;
  readonly ladders: readonly Ladder[];
}

let findings: Findings | undefined;
let complete: Read | undefined;
let ladderData: ReportData['ladders'] = {};
let version = '';
let language: Language = 'en';

const tell = (answer: Answer): void => self.postMessage(answer);

let toldAtMs = Number.NEGATIVE_INFINITY;
const tellProgress = (progress: Progress): void => {
  const nowMs = performance.now();
  if (nowMs - toldAtMs < TELL_EVERY_MS) return;
  toldAtMs = nowMs;
  tell({ kind: 'progress', ...progress });
};

const dataOf = (read: Read, isAnonymised: boolean): ReportData =>
  reportData(read.findings, read.ladders, {
    facts: CATALOGUE,
    language,
    version,
    title: undefined,
    isAnonymised,
  });

const tellReport = (): void => {
  if (findings === undefined) return;
  const { verdicts, ladders: _ladders, ...rest } = dataOf({ findings, ladders: [] }, false);
  for (let at = 0; at < verdicts.length; at += SOME)
    tell({ kind: 'verdicts', verdicts: verdicts.slice(at, at + SOME) });
  tell({ kind: 'report', report: rest });
};

/** Those that the findings show at once. */
const tellLadders = (read: Read): void => {
  const { groups, verdicts, ladders } = dataOf(read, false);
  ladderData = ladders;
  for (const { example } of groups) {
    const connection = verdicts[example]?.connection;
    if (connection !== undefined) tell({ kind: 'ladder', connection, ladder: ladders[connection] });
  }
  tell({ kind: 'complete' });
};

const tellPage = (read: Read, isAnonymised: boolean): void => {
  const shown = isAnonymised ? anonymised(read.findings, read.ladders) : read;
  const page = reportDocument(RESETLAB_REPORT_PAGE, dataOf(shown, isAnonymised));
  tell({ kind: 'page', page: new Blob([page], { type: 'text/html' }) });
};

const answer = async (request: Request): Promise<void> => {
  switch (request.kind) {
    case 'analyse': {
      ({ version, language } = request);
      const analysed = await analyse(request.file, tellProgress);
      ({ findings } = analysed);
      tellReport();
      complete = { findings, ladders: await analysed.readLadders() };
      tellLadders(complete);
      return;
    }
    case 'language':
      ({ language } = request);
      tellReport();
      return;
    case 'page':
      if (complete !== undefined) tellPage(complete, request.isAnonymised);
      return;
    case 'ladder': {
      const { connection } = request;
      tell({ kind: 'ladder', connection, ladder: ladderData[connection] });
    }
  }
};

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).catch((error: unknown) => {
    tell({ kind: 'failed', message: (error as Error).message });
  });
});
