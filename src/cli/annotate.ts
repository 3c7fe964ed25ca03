import { AnnotatedCopy, type Annotations } from '../capture/annotated-copy.ts';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { openCapture, STANDARD_INPUT } from '../reading/capture-source.ts';
import { complain, isComplaint } from '../reading/complaint.ts';
import { reasonOf } from '../reading/errno-words.ts';
import { isDamaged } from '../reading/damage.ts';
import { investigateWhole } from '../reading/investigate.ts';
import type { Operator } from '../reading/operator.ts';
import { readAgain } from '../reading/read-again.ts';
import { Slice, Whole } from '../reading/slice.ts';
import { commentOn } from '../report/comment.ts';
import { problemText } from '../report/text.ts';
import { type Words, wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { type CopyTarget, openTarget, STANDARD_OUTPUT, targetRefused } from './copy-target.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { tell } from './output.ts';
import { languageOf } from './terminal.ts';

export interface AnnotateOptions {
  readonly output: string;
  readonly onlyResets?: true;
  readonly lang?: string;
}

/** `resetlab annotate`: writes the copy; returns the exit code. */
export const annotate = async (file: string, options: AnnotateOptions): Promise<number> => {
  const operator = atTerminal();
  const source =
    file === STANDARD_INPUT
      ? complain('annotate reads its capture several times: name a file')
      : (targetRefused(file, options.output) ?? openCapture(file));
  if (isComplaint(source)) {
    tell(source.complaint);
    return WRONG;
  }
  const { verdicts, summary } = await investigateWhole(source, operator);
  const words = wordsIn(languageOf(options.lang));
  for (const problem of summary.problems) tell(`${file}: ${problemText(problem, words)}`);
  if (operator.interrupt.asked) return INTERRUPTED;
  if (summary.counts.packets === 0 && isDamaged(summary.problems)) return WRONG;
  const target = openTarget(options.output);
  if (isComplaint(target)) {
    tell(target.complaint);
    return WRONG;
  }
  const done = await writeCopy(file, verdicts, target, options, operator);
  return done === DONE && isDamaged(summary.problems) ? WRONG : done;
};

const writeCopy = async (
  file: string,
  verdicts: readonly Verdict[],
  target: CopyTarget,
  { output, onlyResets, lang }: AnnotateOptions,
  operator: Operator,
): Promise<number> => {
  const extent = onlyResets === true ? new Slice(verdicts) : new Whole();
  if (extent instanceof Slice) await readAgain(file, extent.numbering(), operator);
  const words = wordsIn(languageOf(lang));
  const copy = new AnnotatedCopy(annotations(verdicts, extent, words), target.take);
  try {
    if (!operator.interrupt.asked) await readAgain(file, extent.copying(copy), operator);
    if (operator.interrupt.asked) {
      target.discard();
      return INTERRUPTED;
    }
    copy.end();
  } catch (error) {
    target.discard();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    // Whoever reads a pipe may have seen enough.
    if (code === 'EPIPE') return DONE;
    tell(`${output}: ${reasonOf(error as NodeJS.ErrnoException)}`);
    return WRONG;
  }
  target.keep();
  tellWhatWasDone(copy, output, words);
  return DONE;
};

const annotations = (
  verdicts: readonly Verdict[],
  extent: Slice | Whole,
  words: Words,
): Annotations => {
  const byFrame = new Map<number, Verdict[]>();
  for (const verdict of verdicts) {
    const there = byFrame.get(verdict.frame);
    if (there === undefined) byFrame.set(verdict.frame, [verdict]);
    else there.push(verdict);
  }
  return {
    keeps: (frame) => extent.keeps(frame),
    comments: (frame) =>
      (byFrame.get(frame) ?? NONE).map((verdict) =>
        commentOn(verdict, CATALOGUE, words, (one) => extent.placeOf(one)),
      ),
  };
};

const NONE: readonly Verdict[] = [];

const tellWhatWasDone = (
  { packets, comments, unplaced }: AnnotatedCopy,
  output: string,
  words: Words,
): void => {
  const name = output === STANDARD_OUTPUT ? '' : output + words.colon;
  tell(name + words.comment.written(packets, comments));
  if (unplaced > 0) tell(name + words.comment.unplaced(unplaced));
};
