import type { CauseId } from '../causes/ids.ts';
import { group, type Group, type Grouping } from './group.ts';
import { tellGroup, tellHeading } from './group-text.ts';
import { tellLadder } from './ladder.ts';
import { connectionsReset, type FactsOf, type Findings } from './model.ts';
import type { Paint } from './paint.ts';
import { Sheet } from './sheet.ts';
import { nameOf, type Problem, type Words } from './words.ts';

/** How a report for people is to look. */
export interface TextOptions {
  readonly facts: FactsOf;
  readonly words: Words;
  readonly paint: Paint;
  /** Columns, at least 20. */
  readonly width: number;
  /** Benign verdicts in full, and every group. */
  readonly all: boolean;
}

/** Groups told in full on the first screens; the rest by name, unless all was asked for. */
const IN_FULL = 8;

/** The report of one capture, for people; ends with a line feed. */
export const textReport = (findings: Findings, options: TextOptions): string => {
  const sheet = new Sheet(options.width, options.paint);
  tellCapture(sheet, findings, options.words);
  if (findings.ladder === undefined) {
    const grouping = group(findings.verdicts, options.all);
    tellGroups(sheet, grouping.told, options);
    tellNothing(sheet, findings, grouping, options.words);
    tellFolded(sheet, grouping.folded, options.words);
  } else {
    tellLadder(sheet, findings.ladder, options);
  }
  return sheet.toString();
};

const tellCapture = (sheet: Sheet, findings: Findings, words: Words): void => {
  const { summary, file } = findings;
  const headline = words.headline(summary, connectionsReset(findings.verdicts));
  sheet.paragraph(nameOf(file, words) + words.colon + headline, 'heading');
  if (findings.interrupted) sheet.paragraph(words.interrupted, 'doubt');
  for (const problem of summary.problems) {
    sheet.paragraph(words.labels.problem + words.colon + problemText(problem, words), 'harm');
  }
  for (const note of summary.notes) {
    sheet.paragraph(words.labels.note + words.colon + note[words.language], 'faint');
  }
};

/** `frame 17, byte 4,242: what is wrong`; the place only where something came before it. */
export const problemText = (problem: Problem, words: Words): string => {
  const chinese = words.language === 'zh';
  const what = chinese ? `${words.problem[problem.code]}（${problem.message}）` : problem.message;
  if (problem.offset === 0) return what;
  const place = words.place(problem.frame, problem.offset) + words.colon;
  const end = problem.fatal ? `${chinese ? '；' : '; '}${words.endsHere}` : '';
  return place + what + end;
};

const tellGroups = (sheet: Sheet, groups: readonly Group[], options: TextOptions): void => {
  const inFull = options.all ? groups.length : IN_FULL;
  groups.slice(0, inFull).forEach((one, index) => {
    sheet.line();
    tellGroup(sheet, one, String(index + 1), options);
  });
  if (groups.length <= inFull) return;
  sheet.line();
  sheet.paragraph(options.words.further(groups.length - inFull), 'faint');
  groups.slice(inFull).forEach((one, index) => {
    tellHeading(sheet, one, String(inFull + index + 1), options);
  });
};

const tellNothing = (
  sheet: Sheet,
  { summary }: Findings,
  { told, folded }: Grouping,
  words: Words,
): void => {
  if (told.length > 0) return;
  sheet.line();
  for (const paragraph of words.nothing(summary, folded.length > 0)) {
    if (/^\w+ -/.test(paragraph)) sheet.command(paragraph, 3);
    else sheet.paragraph(paragraph);
  }
};

const tellFolded = (sheet: Sheet, groups: readonly Group[], words: Words): void => {
  if (groups.length === 0) return;
  const counts = new Map<CauseId, number>();
  for (const { cause, verdicts } of groups) {
    counts.set(cause, (counts.get(cause) ?? 0) + verdicts.length);
  }
  const items = [...counts].map(([cause, count]) => words.benign(cause, count));
  sheet.line();
  sheet.paragraph(words.folded(items.join(words.comma)), 'faint', 3);
};
