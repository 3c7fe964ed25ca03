import { ladderBlock } from '../report/ladder.ts';
import { Sheet } from '../report/sheet.ts';
import type { TextOptions } from '../report/text.ts';
import { padEnd, widthOf } from '../report/width.ts';
import type { Words } from '../report/words.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { tupleText } from '../tcp/four-tuple.ts';
import { beginningsIn, ladderOf } from './detective.ts';
import type { CallRecord, Run, Told } from './run.ts';
import { type Finding, type Judgement, others } from './truth.ts';
import { type LabWords, labWordsIn } from './words.ts';

/** A run for people: the ladder, the applications, the engine's word and the detective's. */
export const tellRun = (
  run: Run,
  judgement: Judgement,
  options: TextOptions,
  allConnections: boolean,
): string => {
  const words = labWordsIn(options.words.language);
  const sheet = new Sheet(options.width, options.paint);
  const { scenario, variant } = run;
  const { seed, family, timestamps } = run.options;
  const title = scenario.title[options.words.language];
  sheet.paragraph(`${scenario.id}, ${variant.name}: ${title}`, 'heading');
  sheet.paragraph(variant.what[options.words.language]);
  sheet.paragraph(words.conditions(seed, family, timestamps, judgement.at), 'faint');
  tellLadders(sheet, run, judgement, options, allConnections);
  tellCalls(sheet, run.calls, words);
  tellComparison(sheet, judgement.findings, words, options.words);
  tellEvents(sheet, run.told, words);
  return sheet.toString();
};

/** Of the connection with the first verdict, else of the first one; or of all. */
const tellLadders = (
  sheet: Sheet,
  run: Run,
  { at, verdicts }: Judgement,
  options: TextOptions,
  all: boolean,
): void => {
  const { capture } = run.recordings[at];
  const ids = all ? beginningsIn(capture) : [verdicts[0]?.connection.id ?? 1];
  for (const id of ids) {
    const ladder = ladderOf(capture, id);
    if (ladder === undefined) continue;
    sheet.line();
    sheet.paragraph(labWordsIn(options.words.language).ladder(at), 'label');
    for (const line of ladderBlock(ladder, options).trimEnd().split('\n')) sheet.line(line);
  }
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

const tellCalls = (sheet: Sheet, calls: readonly CallRecord[], words: LabWords): void => {
  sheet.line();
  sheet.paragraph(words.applications, 'label');
  const rows = calls.map(({ atMs, on, socket, call, outcome, expected, because }) => {
    const differs = expected !== undefined && expected !== outcome;
    const remarks = [
      ...(because === undefined ? [] : [because]),
      ...(differs ? [words.expected(expected)] : []),
    ];
    const told = words.outcome(outcome);
    const result = remarks.length === 0 ? told : `${told} (${remarks.join('; ')})`;
    return [seconds(atMs), on, call, socket === on ? '' : socket, result];
  });
  tellTable(sheet, rows);
};

/** What the engine says of each reset, beside what the detective says. */
const tellComparison = (
  sheet: Sheet,
  findings: readonly Finding[],
  words: LabWords,
  { confidence }: Words,
): void => {
  sheet.line();
  const rows = findings.map((finding) => {
    const { frame, cause, verdict } = finding;
    const word =
      verdict === undefined
        ? words.silent
        : `${verdict.cause}, ${confidence[verdict.confidence]}${alternatives(verdict, words)}`;
    return [words.frame(frame), cause ?? words.noReset, word, outcomeOf(finding, words)];
  });
  tellTable(sheet, [[words.reset, words.engine, words.detective, ''], ...rows], true);
};

const alternatives = (verdict: NonNullable<Finding['verdict']>, words: LabWords): string => {
  const causes = others(verdict);
  return causes.length === 0 ? '' : `; ${words.couldBe(causes.join(', '))}`;
};

const outcomeOf = ({ named, first, sameWire }: Finding, words: LabWords): string => {
  if (first) return words.agree;
  if (sameWire) return words.sameWire;
  return named ? words.holds : words.misses;
};

const tellEvents = (sheet: Sheet, told: readonly Told[], words: LabWords): void => {
  sheet.line();
  sheet.paragraph(words.events, 'label');
  if (told.length === 0) sheet.paragraph(words.nothing, undefined, 2);
  for (const { who, event } of told) {
    const { rule, atMs, state } = event;
    const cause = 'cause' in event ? `, ${event.cause}` : '';
    const linux = event.kind === 'sent' ? ` (${event.linuxReason})` : '';
    sheet.paragraph(
      `${seconds(atMs)}  ${who}  ${words.kind[event.kind]}${cause}${linux}, ${state}, ${tupleText(event.path)}`,
      toneOf(event),
      2,
    );
    const claim = rule.claim === undefined ? '' : ` (${rule.claim})`;
    sheet.paragraph(`${rule.source}: ${rule.says}${claim}`, 'faint', 6);
  }
};

const toneOf = (event: ResetEvent): 'harm' | undefined =>
  event.kind === 'sent' || event.kind === 'received' ? 'harm' : undefined;

/** Columns as wide as they must be; the last may run over. */
const tellTable = (sheet: Sheet, rows: readonly (readonly string[])[], headed = false): void => {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? ''))),
  );
  rows.forEach((row, index) => {
    const line = row
      .map((cell, at) => padEnd(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd();
    if (headed && index === 0) sheet.line(sheet.paint('label', `  ${line}`));
    else sheet.line(`  ${line}`);
  });
};
