import { closeSync } from 'node:fs';
import { Investigation } from '../forensics/investigation.ts';
import { Survey } from '../forensics/survey.ts';
import type { Ladder, Summary, Verdict } from '../forensics/verdict.ts';
import type { Findings } from '../report/model.ts';
import type { CaptureSource } from './capture-source.ts';
import type { Interrupt } from './interrupt.ts';
import { Progress } from './progress.ts';
import { readSeekable, type Pass } from './read-capture.ts';
import { readStream } from './read-stream.ts';

/** What a capture came to, besides its verdicts. */
export type Outcome = Omit<Findings, 'verdicts'>;

/** Who gets the verdicts, one by one; a promise asks to wait. */
export type TakeVerdict = (verdict: Verdict) => Promise<void> | undefined;

/**
 * Reads a capture as often as it takes, and hands over what was found in it: in the order of its
 * frames, or, where more than some 32,768 connections are to be followed, in several such runs.
 * Closes the capture.
 */
export const investigate = async (
  source: CaptureSource,
  interrupt: Interrupt,
  take: TakeVerdict,
  keepLadderOf?: number,
): Promise<Outcome> => {
  if (source.kind === 'stream') return once(source, interrupt, take, keepLadderOf);
  const outcome = await twice(source, interrupt, take, keepLadderOf);
  closeSync(source.descriptor);
  return outcome;
};

/** The same with all verdicts at hand, in the order of the frames. */
export const investigateWhole = async (
  source: CaptureSource,
  interrupt: Interrupt,
  keepLadderOf?: number,
): Promise<Findings> => {
  const verdicts: Verdict[] = [];
  const keep = (verdict: Verdict): undefined => void verdicts.push(verdict);
  const outcome = await investigate(source, interrupt, keep, keepLadderOf);
  return { ...outcome, verdicts: verdicts.sort((a, b) => a.frame - b.frame) };
};

/** A stream goes by once: every connection is followed as it comes. */
const once = async (
  source: CaptureSource,
  interrupt: Interrupt,
  take: TakeVerdict,
  keepLadderOf: number | undefined,
): Promise<Outcome> => {
  const progress = new Progress(source.file, source.bytes);
  const investigation = new Investigation(ladderOption(keepLadderOf));
  const pass = await readStream(source, investigation, progress, interrupt);
  progress.erase();
  const { summary, ladder } = await conclude(investigation, pass, take, keepLadderOf);
  return { file: source.file, summary, interrupted: pass.interrupted, ladder };
};

/** A file is surveyed first, so that only connections with something to tell are followed. */
const twice = async (
  source: CaptureSource & { kind: 'seekable' },
  interrupt: Interrupt,
  take: TakeVerdict,
  keepLadderOf: number | undefined,
): Promise<Outcome> => {
  const survey = new Survey();
  const { descriptor, file, bytes } = source;
  const progress = new Progress(file, bytes * 2);
  const first = await readSeekable(descriptor, bytes, survey, progress, interrupt);
  survey.finish();
  let summary: Summary | undefined;
  let ladder: Ladder | undefined;
  for (let round = 0; round < survey.rounds; round++) {
    const investigation = new Investigation({ survey, round, ...ladderOption(keepLadderOf) });
    // After Ctrl-C, what was surveyed is still followed to its end; a second one ends at once.
    const listening = first.interrupted ? undefined : interrupt;
    const pass = await readSeekable(descriptor, first.bytes, investigation, progress, listening);
    progress.erase();
    const concluded = await conclude(investigation, pass, take, keepLadderOf);
    summary = summary === undefined ? concluded.summary : addSummary(summary, concluded.summary);
    ladder ??= concluded.ladder;
    if (pass.interrupted) break;
  }
  if (summary === undefined) throw new Error('a capture is followed in at least one round');
  return { file, summary, interrupted: interrupt.asked, ladder };
};

const conclude = async (
  investigation: Investigation,
  { reader, problem }: Pass,
  take: TakeVerdict,
  keepLadderOf: number | undefined,
): Promise<{ summary: Summary; ladder: Ladder | undefined }> => {
  const problems = problem === undefined ? reader.problems : [...reader.problems, problem];
  const conclusion = investigation.conclude(reader.counts, problems);
  const drawn: Verdict[] = [];
  for (const verdict of conclusion) {
    if (verdict.connection.id === keepLadderOf) drawn.push(verdict);
    const full = take(verdict);
    if (full !== undefined) await full;
  }
  const ladder = keepLadderOf === undefined ? undefined : investigation.ladder(drawn);
  return { summary: conclusion.summary, ladder };
};

const addSummary = (sum: Summary, next: Summary): Summary => {
  const byCause = { ...sum.byCause };
  for (const [cause, count] of Object.entries(next.byCause)) {
    const id = cause as keyof typeof byCause;
    byCause[id] = (byCause[id] ?? 0) + count;
  }
  const told = new Set(sum.notes.map((note) => note.en));
  return {
    ...sum,
    byCause,
    resets: sum.resets + next.resets,
    failures: sum.failures + next.failures,
    notes: [...sum.notes, ...next.notes.filter((note) => !told.has(note.en))],
  };
};

const ladderOption = (id: number | undefined): { keepLadderOf?: number } =>
  id === undefined ? {} : { keepLadderOf: id };

/** A link type that nobody reads is told, but is no error: the rest of the capture is whole. */
export const isDamaged = (problems: Summary['problems']): boolean =>
  problems.some(({ fatal, code }) => fatal || code !== 'unknown-link-type');
