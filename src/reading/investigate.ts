import { closeSync } from 'node:fs';
import { Intake } from '../forensics/intake.ts';
import { Investigation } from '../forensics/investigation.ts';
import { Survey } from '../forensics/survey.ts';
import type { Ladder, Summary, Verdict } from '../forensics/verdict.ts';
import type { Findings } from '../report/model.ts';
import type { CaptureSource } from './capture-source.ts';
import type { Operator } from './operator.ts';
import { passesOver } from './passes.ts';
import { type Pass, problemsIn } from './read-capture.ts';
import { readStream } from './read-stream.ts';

/** What a capture came to, besides its verdicts. */
export type Outcome = Omit<Findings, 'verdicts'>;

/** A file that was read, to be read once more. */
export interface Reread {
  readonly survey: Survey;
  /** Shows the marked connections to one more investigation, as far as the file was read before. */
  readonly investigate: (
    investigation: Investigation,
    between: () => Promise<void> | undefined,
  ) => Promise<Pass>;
}

/** Who gets the verdicts, one by one; a promise asks to wait. */
export type TakeVerdict = (verdict: Verdict) => Promise<void> | undefined;

/**
 * Reads a capture as often as it takes, and hands over what was found in it, in the order of its
 * frames; only in a capture with many thousands of resets may one that was settled late come
 * after its turn. Closes the capture. `afterwards` may read a seekable one once more.
 */
export const investigate = async (
  source: CaptureSource,
  operator: Operator,
  take: TakeVerdict,
  keepLadderOf?: number,
  afterwards?: (reread: Reread) => Promise<void>,
): Promise<Outcome> => {
  if (source.kind === 'stream') return once(source, operator, take, keepLadderOf);
  const outcome = await twice(source, operator, take, keepLadderOf, afterwards);
  closeSync(source.descriptor);
  return outcome;
};

/** The same with all verdicts at hand, in the order of the frames. */
export const investigateWhole = async (
  source: CaptureSource,
  operator: Operator,
  keepLadderOf?: number,
): Promise<Findings> => {
  const verdicts: Verdict[] = [];
  const keep = (verdict: Verdict): undefined => void verdicts.push(verdict);
  const outcome = await investigate(source, operator, keep, keepLadderOf);
  return { ...outcome, verdicts: verdicts.toSorted((a, b) => a.frame - b.frame) };
};

/** A stream goes by once: every connection is followed as it comes. */
const once = async (
  source: CaptureSource,
  { interrupt, progressOf }: Operator,
  take: TakeVerdict,
  keepLadderOf: number | undefined,
): Promise<Outcome> => {
  const progress = progressOf(source.file, source.bytes);
  // A ladder shows payloads' first words, which traces do not keep.
  const inquirer = keepLadderOf === undefined ? new Intake() : new Investigation({ keepLadderOf });
  const hearing = new Hearing(inquirer, take, keepLadderOf);
  const pass = await readStream(source, inquirer, progress, interrupt, hearing.ripe);
  progress.end();
  return { file: source.file, ...(await hearing.end(pass)), interrupted: pass.interrupted };
};

/** A file is surveyed first, so that only connections with something to tell are followed. */
const twice = async (
  source: CaptureSource & { kind: 'seekable' },
  { interrupt, progressOf }: Operator,
  take: TakeVerdict,
  keepLadderOf: number | undefined,
  afterwards: ((reread: Reread) => Promise<void>) | undefined,
): Promise<Outcome> => {
  const { file, bytes } = source;
  const survey = new Survey();
  const progress = progressOf(file, bytes * (afterwards === undefined ? 2 : 3));
  const passes = passesOver(source, progress);
  const first = await passes.survey(survey, bytes, interrupt);
  survey.finish();
  const investigation = new Investigation({ survey, ...ladderOption(keepLadderOf) });
  const hearing = new Hearing(investigation, take, keepLadderOf);
  // After Ctrl-C, what was surveyed is still followed to its end; a second one ends at once.
  const listening = first.interrupted ? undefined : interrupt;
  const pass = await passes.investigate(
    investigation,
    survey,
    first.bytes,
    listening,
    hearing.ripe,
  );
  const end = await hearing.end(first.interrupted ? withoutCut(pass) : pass);
  await afterwards?.({
    survey,
    investigate: (again, between) =>
      passes.investigate(again, survey, first.bytes, undefined, between),
  });
  await passes.close();
  progress.end();
  return { file, ...end, interrupted: interrupt.asked };
};

/** Where Ctrl-C came, within a packet as a rule, is no damage of the file. */
const withoutCut = (pass: Pass): Pass => {
  const { counts, problems } = pass.reader;
  const own = problems.filter(({ code }) => code !== 'cut-short');
  return { ...pass, reader: { counts, problems: own } };
};

type Inquirer = Investigation | Intake;

/** Hands verdicts from an investigation to whoever takes them, and keeps those that are to be drawn. */
class Hearing {
  readonly #inquirer: Inquirer;
  readonly #take: TakeVerdict;
  readonly #drawnId: number | undefined;
  readonly #drawn: Verdict[] = [];

  constructor(inquirer: Inquirer, take: TakeVerdict, drawnId: number | undefined) {
    this.#inquirer = inquirer;
    this.#take = take;
    this.#drawnId = drawnId;
  }

  /** What need not wait for the end of the capture; a promise asks to wait. */
  readonly ripe = (): Promise<void> | undefined => {
    let full: Promise<void> | undefined;
    for (const verdict of this.#inquirer.ripe()) full = this.#hand(verdict) ?? full;
    return full;
  };

  async end(pass: Pass): Promise<{ summary: Summary; ladder: Ladder | undefined }> {
    const conclusion = this.#inquirer.conclude(pass.reader.counts, problemsIn(pass));
    for (const verdict of conclusion) {
      const full = this.#hand(verdict);
      if (full !== undefined) await full;
    }
    const ladder =
      this.#inquirer instanceof Investigation ? this.#inquirer.ladder(this.#drawn) : undefined;
    return { summary: conclusion.summary, ladder };
  }

  #hand(verdict: Verdict): Promise<void> | undefined {
    if (verdict.connection.id === this.#drawnId) this.#drawn.push(verdict);
    return this.#take(verdict);
  }
}

const ladderOption = (id: number | undefined): { keepLadderOf?: number } =>
  id === undefined ? {} : { keepLadderOf: id };
