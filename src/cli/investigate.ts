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

/** Reads a capture as often as it takes, and says what was found in it. Closes it. */
export const investigate = async (
  source: CaptureSource,
  interrupt: Interrupt,
  keepLadderOf?: number,
): Promise<Findings> => {
  if (source.kind === 'stream') return once(source, interrupt, keepLadderOf);
  const findings = await twice(source, interrupt, keepLadderOf);
  closeSync(source.descriptor);
  return findings;
};

/** A stream goes by once: every connection is followed as it comes. */
const once = async (
  source: CaptureSource,
  interrupt: Interrupt,
  keepLadderOf: number | undefined,
): Promise<Findings> => {
  const progress = new Progress(source.file, source.bytes);
  const investigation = new Investigation(ladderOption(keepLadderOf));
  const pass = await readStream(source, investigation, progress, interrupt);
  progress.erase();
  const concluded = conclude(investigation, pass);
  return {
    file: source.file,
    ...concluded,
    interrupted: pass.interrupted,
    ladder: ladderIn(investigation, keepLadderOf),
  };
};

/** A file is surveyed first, so that only connections with something to tell are followed. */
const twice = async (
  source: CaptureSource & { kind: 'seekable' },
  interrupt: Interrupt,
  keepLadderOf: number | undefined,
): Promise<Findings> => {
  const survey = new Survey();
  const { descriptor, file, bytes } = source;
  const progress = new Progress(file, bytes * 2);
  const first = await readSeekable(descriptor, bytes, survey, progress, interrupt);
  survey.finish();
  const parts: Concluded[] = [];
  let ladder: Ladder | undefined;
  for (let round = 0; round < survey.rounds; round++) {
    const investigation = new Investigation({ survey, round, ...ladderOption(keepLadderOf) });
    // After Ctrl-C, what was surveyed is still followed to its end; a second one ends at once.
    const listening = first.interrupted ? undefined : interrupt;
    const pass = await readSeekable(descriptor, first.bytes, investigation, progress, listening);
    parts.push(conclude(investigation, pass));
    ladder ??= ladderIn(investigation, keepLadderOf);
    if (pass.interrupted) break;
  }
  progress.erase();
  return { file, ...joined(parts), interrupted: interrupt.asked, ladder };
};

interface Concluded {
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
}

const conclude = (investigation: Investigation, { reader, problem }: Pass): Concluded => {
  const problems = problem === undefined ? reader.problems : [...reader.problems, problem];
  return investigation.conclude(reader.counts, problems);
};

/** Rounds follow different connections of the same capture. */
const joined = (parts: readonly Concluded[]): Concluded => {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('a capture is followed in at least one round');
  if (others.length === 0) return first;
  const verdicts = parts.flatMap((part) => part.verdicts).sort((a, b) => a.frame - b.frame);
  const summary = others.reduce((sum, { summary: next }) => addSummary(sum, next), first.summary);
  return { verdicts, summary };
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

const ladderIn = (investigation: Investigation, id: number | undefined): Ladder | undefined =>
  id === undefined ? undefined : investigation.ladder(id);

/** A link type that nobody reads is told, but is no error: the rest of the capture is whole. */
export const isDamaged = (problems: Summary['problems']): boolean =>
  problems.some(({ fatal, code }) => fatal || code !== 'unknown-link-type');
