import type { Variant } from '../../causes/scenario.ts';
import type { Language } from '../../causes/text.ts';
import { Sheet } from '../../report/sheet.ts';
import type { TextOptions } from '../../report/text.ts';
import type { Words } from '../../report/words.ts';
import { type Judgement, others } from '../truth.ts';
import type { Compared } from './compared.ts';
import { differences } from './differences.ts';
import { judgeKernel } from './judge-kernel.ts';
import type { KernelRun, Place } from './kernel-run.ts';
import { type KernelWords, kernelWordsIn } from './kernel-words.ts';
import { reasonFor } from './known-differences.ts';

/** A run on the kernel for people: applications, resets with the kernel's reason, and who agrees. */
export const tellKernel = (
  both: Compared,
  kernel: KernelRun,
  place: Place,
  options: TextOptions,
): string => {
  const sheet = new Sheet(options.width, options.paint);
  const { scenario, variant } = both;
  const { language } = options.words;
  const words = kernelWordsIn(language);
  sheet.paragraph(`${scenario.id}, ${variant.name}: ${scenario.title[language]}`, 'heading');
  sheet.paragraph(variant.what[language]);
  tellCalls(sheet, kernel, words);
  tellReasons(sheet, kernel, words);
  tellVerdicts(sheet, both.variant, judgeKernel(both, kernel, place), place, options.words);
  tellDifferences(sheet, both, kernel, place, language);
  return sheet.toString();
};

const tellCalls = (sheet: Sheet, { calls }: KernelRun, words: KernelWords): void => {
  sheet.line();
  sheet.paragraph(words.applications, 'label');
  for (const { atMs, on, call, socket, outcome, expected } of calls) {
    const differs = expected !== undefined && expected !== outcome;
    const remark = differs ? words.expected(expected) : '';
    const at = `${(atMs / 1000).toFixed(3)} s`;
    sheet.paragraph(
      `${at}  ${on}  ${call} ${socket}  ${words.outcome(outcome)}${remark}`,
      undefined,
      2,
    );
  }
};

const tellReasons = (sheet: Sheet, { kernel }: KernelRun, words: KernelWords): void => {
  sheet.line();
  sheet.paragraph(words.reasons, 'label');
  if (kernel.length === 0) sheet.paragraph(words.noReset, undefined, 2);
  for (const { by, source, target, state, reason } of kernel) {
    sheet.paragraph(`${by}  ${reason}, ${state}  ${source} > ${target}`, undefined, 2);
  }
};

const tellVerdicts = (
  sheet: Sheet,
  { makes }: Variant,
  { findings }: Judgement,
  place: Place,
  { language, confidence }: Words,
): void => {
  const words = kernelWordsIn(language);
  sheet.line();
  sheet.paragraph(words.detective(place), 'label');
  if (findings.length === 0) sheet.paragraph(words.nothingBroke, undefined, 2);
  for (const { frame, cause, verdict, named } of findings) {
    const said =
      verdict === undefined ? words.silent : `${verdict.cause}, ${confidence[verdict.confidence]}`;
    const rest = verdict === undefined ? [] : others(verdict);
    const could = rest.length === 0 ? '' : words.couldBe(rest.join(', '));
    const held = named ? '' : words.misses(cause ?? makes);
    const text = `${words.frame(frame)}  ${said}${could}${held}`;
    sheet.paragraph(text, named ? undefined : 'harm', 2);
  }
};

const tellDifferences = (
  sheet: Sheet,
  both: Compared,
  kernel: KernelRun,
  place: Place,
  language: Language,
): void => {
  const words = kernelWordsIn(language);
  sheet.line();
  sheet.paragraph(words.engine, 'label');
  const found = differences(both, kernel, place === 'any' ? 'client' : place);
  if (found.length === 0) sheet.paragraph(words.agree, undefined, 2);
  for (const one of found) {
    const isPlayed = one.about !== 'stage';
    if (isPlayed) sheet.paragraph(words.kernelDoes(one.kernel), undefined, 2);
    if (isPlayed) sheet.paragraph(words.engineDoes(one.engine), undefined, 2);
    const why = reasonFor(both.scenario.id, both.variant.name, one);
    if (why !== undefined) sheet.paragraph(why[language], 'faint', isPlayed ? 4 : 2);
  }
};
