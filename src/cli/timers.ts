import { IDLE_TIMERS } from '../causes/idle-timers.ts';
import { namedTimer } from '../causes/timers.ts';
import { IdleGaps } from '../forensics/idle-gaps.ts';
import { type SeenTimers, seenTimers } from '../forensics/seen-timers.ts';
import { judgeChain, type Link } from '../forensics/timer-chain.ts';
import { isComplaint } from '../reading/complaint.ts';
import { isDamaged } from '../reading/damage.ts';
import { readAgain } from '../reading/read-again.ts';
import { type Pass, problemsIn } from '../reading/read-capture.ts';
import { problemText } from '../report/text.ts';
import { chainText } from '../report/timers/chain-text.ts';
import { seenText } from '../report/timers/seen-text.ts';
import { productsText } from '../report/timers/products-text.ts';
import { wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';
import { linksOf, looksLikeChain } from './timer-links.ts';

export interface TimersOptions {
  readonly list?: true;
  readonly json?: true;
  readonly lang?: string;
  readonly width?: number;
  readonly color?: boolean;
}

/** `resetlab timers`: a chain given by hand, or what a capture shows; returns the exit code. */
export const timers = async (words: readonly string[], options: TimersOptions): Promise<number> => {
  const output = new Output();
  const language = languageOf(options.lang);
  if (options.list === true) {
    await output.write(productsText(IDLE_TIMERS, language));
    await output.flush();
    return DONE;
  }
  const [first] = words;
  if (first === undefined) {
    tell('name a capture, or a chain from client to server: resetlab timers alb=60 node=5');
    return WRONG;
  }
  const code = looksLikeChain(words)
    ? await tellChain(words, options, output)
    : await tellCaptures(words, options, output);
  await output.flush();
  return code;
};

const tellChain = async (
  words: readonly string[],
  options: TimersOptions,
  output: Output,
): Promise<number> => {
  const links = linksOf(words);
  if (isComplaint(links)) {
    tell(links.complaint);
    return WRONG;
  }
  const { lang, color, width } = options;
  await output.write(
    options.json === true
      ? chainRows(links)
      : chainText(links, languageOf(lang), paintFor(color), widthOf(width)),
  );
  return DONE;
};

/** One object a joint; `Infinity`, which JSON cannot say, is `null` with `never`. */
const chainRows = (links: readonly Link[]): string =>
  judgeChain(links)
    .map(({ left, right, passage, outcome, changes }) => ({
      type: 'timers',
      left: left.id,
      right: right.id,
      ...(passage && { passage: passage.id, forgetsAfter: told(passage.idle) }),
      keepsFor: told(left.upstream),
      closesAfter: told(right.downstream),
      outcome,
      changes,
    }))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');

const told = (seconds: number | undefined): number | 'never' | null =>
  seconds === undefined ? null : seconds === Number.POSITIVE_INFINITY ? 'never' : seconds;

const tellCaptures = async (
  files: readonly string[],
  options: TimersOptions,
  output: Output,
): Promise<number> => {
  const operator = atTerminal();
  let code = DONE;
  for (const file of files) {
    const gaps = new IdleGaps();
    const pass = await readAgain(file, gaps, operator);
    if (isComplaint(pass)) {
      tell(pass.complaint);
      code = WRONG;
      continue;
    }
    if (!tellProblems(file, pass, options)) code = WRONG;
    if (pass.reader.counts.packets > 0) await output.write(found(file, gaps, options, files));
    if (operator.interrupt.asked) return INTERRUPTED;
  }
  return code;
};

/** Whether the capture was sound. */
const tellProblems = (file: string, pass: Pass, options: TimersOptions): boolean => {
  const problems = problemsIn(pass);
  const words = wordsIn(languageOf(options.lang));
  for (const one of problems) tell(`${file}: ${problemText(one, words)}`);
  return !isDamaged(problems);
};

const found = (
  file: string,
  gaps: IdleGaps,
  { json, lang, color, width }: TimersOptions,
  files: readonly string[],
): string => {
  const timersFound = gaps.found().map(seenTimers);
  const several = files.length > 1 ? { file } : {};
  if (json === true) return timersFound.map((one) => seenRow(one, several)).join('');
  const text = seenText(timersFound, languageOf(lang), paintFor(color), widthOf(width));
  return files.length > 1 ? `${file}\n${text}\n` : text;
};

const seenRow = (one: SeenTimers, several: { readonly file?: string }): string => {
  const known = one.serverCloses && namedTimer(one.serverCloses.ms);
  return `${JSON.stringify({ type: 'idle-timers', ...several, ...one, knownTimer: known ?? null })}\n`;
};
