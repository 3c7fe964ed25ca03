import type { Language } from '../../../causes/text.ts';
import type { LadderData, ReportData, VerdictData } from '../../../report/html/data.ts';
import type { Progress } from './analyse.ts';

/** What the page asks of its worker. */
export type Request =
  | {
      readonly kind: 'analyse';
      readonly file: File;
      readonly language: Language;
      readonly version: string;
    }
  | { readonly kind: 'ladder'; readonly connection: number }
  /** The report as a file that opens from disk. */
  | { readonly kind: 'page'; readonly isAnonymised: boolean }
  | { readonly kind: 'language'; readonly language: Language };

/**
 * What it is told. A report comes in pieces, each small enough that taking it in does not hold up the
 * page: first `verdicts`, some at a time, then the rest as `report`; later the ladders of the findings,
 * and `complete`; other ladders when they are looked at.
 */
export type Answer =
  | ({ readonly kind: 'progress' } & Progress)
  | { readonly kind: 'verdicts'; readonly verdicts: readonly VerdictData[] }
  | { readonly kind: 'report'; readonly report: Omit<ReportData, 'verdicts' | 'ladders'> }
  | {
      readonly kind: 'ladder';
      readonly connection: number;
      readonly ladder: LadderData | undefined;
    }
  | { readonly kind: 'complete' }
  | { readonly kind: 'page'; readonly page: Blob }
  /** A mistake of ours: what is wrong with a capture stands in the report. */
  | { readonly kind: 'failed'; readonly message: string };
