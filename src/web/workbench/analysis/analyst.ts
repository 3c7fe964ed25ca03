import type { Language } from '../../../causes/text.ts';
import type { LadderData, ReportData, VerdictData } from '../../../report/html/data.ts';
import type { Progress } from './analyse.ts';
import type { Answer, Request } from './messages.ts';

/** One capture, as far as it is known by now. */
export interface Analysis {
  readonly file: string;
  readonly progress: Progress;
  readonly report: ReportData | undefined;
  /** The ladders can be had as well. */
  readonly isComplete: boolean;
  readonly failure: string | undefined;
}

const NO_PROGRESS: Progress = { bytes: 0, allBytes: 1, packets: 0 };

/** The page's side of the worker that reads one capture. */
export class Analyst {
  private readonly worker: Worker;
  private readonly tell: (analysis: Analysis) => void;
  private analysis: Analysis;
  /** Parts of the report that came before the whole. */
  private verdicts: VerdictData[] = [];
  private ladders: Readonly<Record<number, LadderData>> = {};
  /** Those who wait for pages, which come in the order in which they were asked for. */
  private readonly pagesAwaited: ((page: Blob) => void)[] = [];
  private readonly awaited = new Map<number, (() => void)[]>();

  /** `tell` is told of everything new. */
  constructor(file: File, language: Language, version: string, tell: (analysis: Analysis) => void) {
    this.tell = tell;
    this.analysis = {
      file: file.name,
      progress: NO_PROGRESS,
      report: undefined,
      isComplete: false,
      failure: undefined,
    };
    this.worker = new Worker('analysis.js');
    this.worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.takes(data));
    this.worker.addEventListener('error', ({ message }) => this.fails(message));
    this.ask({ kind: 'analyse', file, language, version });
    tell(this.analysis);
  }

  /** Ends it, whatever it is at. */
  stop(): void {
    this.worker.terminate();
  }

  /** Words are made where the findings are. */
  speak(language: Language): void {
    if (this.analysis.report !== undefined && this.analysis.report.language !== language)
      this.ask({ kind: 'language', language });
  }

  /** The segments of a connection, once all is complete: they are not sent before they are looked at. */
  fetchLadder(connection: number): Promise<void> {
    const { report } = this.analysis;
    if (report === undefined || connection in report.ladders) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.awaited.get(connection);
      if (waiting !== undefined) waiting.push(resolve);
      else {
        this.awaited.set(connection, [resolve]);
        this.ask({ kind: 'ladder', connection });
      }
    });
  }

  /** The report as a file that opens from disk, once all is complete. */
  makePage(isAnonymised: boolean): Promise<Blob> {
    return new Promise((resolve) => {
      this.pagesAwaited.push(resolve);
      this.ask({ kind: 'page', isAnonymised });
    });
  }

  private ask(request: Request): void {
    this.worker.postMessage(request);
  }

  private takes(answer: Answer): void {
    switch (answer.kind) {
      case 'progress':
        this.changes({ progress: answer });
        return;
      case 'verdicts':
        this.verdicts.push(...answer.verdicts);
        return;
      case 'report': {
        const { verdicts, ladders } = this;
        this.verdicts = [];
        this.changes({ report: { ...answer.report, verdicts, ladders } });
        return;
      }
      case 'ladder':
        this.keeps(answer.connection, answer.ladder);
        return;
      case 'complete':
        this.changes({ isComplete: true });
        return;
      case 'page':
        this.pagesAwaited.shift()?.(answer.page);
        return;
      case 'failed':
        this.fails(answer.message);
    }
  }

  private keeps(connection: number, ladder: LadderData | undefined): void {
    if (ladder !== undefined) this.ladders = { ...this.ladders, [connection]: ladder };
    const { report } = this.analysis;
    if (report !== undefined) this.changes({ report: { ...report, ladders: this.ladders } });
    for (const resolve of this.awaited.get(connection) ?? []) resolve();
    this.awaited.delete(connection);
  }

  private fails(failure: string): void {
    this.changes({ failure });
  }

  private changes(news: Partial<Analysis>): void {
    this.analysis = { ...this.analysis, ...news };
    this.tell(this.analysis);
  }
}
