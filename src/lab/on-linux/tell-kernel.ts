import { Sheet } from '../../report/sheet.ts';
import type { TextOptions } from '../../report/text.ts';
import { outcomeText } from '../tell-words.ts';
import { others } from '../truth.ts';
import type { Run } from '../run.ts';
import { differences } from './differences.ts';
import { judgeKernel } from './judge-kernel.ts';
import type { KernelRun, Place } from './kernel-run.ts';
import { reasonFor } from './known-differences.ts';

/** A run on the kernel for people: applications, resets with the kernel's reason, and who agrees. */
export const tellKernel = (
  run: Run,
  kernel: KernelRun,
  place: Place,
  options: TextOptions,
): string => {
  const sheet = new Sheet(options.width, options.paint);
  const { scenario, variant } = run;
  sheet.paragraph(
    `${scenario.id}, ${variant.name}: ${scenario.title[options.words.language]}`,
    'heading',
  );
  sheet.paragraph(variant.what);
  tellCalls(sheet, kernel);
  tellReasons(sheet, kernel);
  tellVerdicts(sheet, run, kernel, place);
  tellDifferences(sheet, run, kernel, place);
  return sheet.toString();
};

const tellCalls = (sheet: Sheet, { calls }: KernelRun): void => {
  sheet.line();
  sheet.paragraph('What the kernel told the applications', 'label');
  for (const { atMs, on, call, socket, outcome, expected } of calls) {
    const differs = expected !== undefined && expected !== outcome;
    const remark = differs ? ` (expected: ${outcomeText(expected)})` : '';
    const at = `${(atMs / 1000).toFixed(3)} s`;
    sheet.paragraph(
      `${at}  ${on}  ${call} ${socket}  ${outcomeText(outcome)}${remark}`,
      undefined,
      2,
    );
  }
};

const tellReasons = (sheet: Sheet, { kernel }: KernelRun): void => {
  sheet.line();
  sheet.paragraph('Why the kernel says it sent its resets', 'label');
  if (kernel.length === 0) sheet.paragraph('It sent none.', undefined, 2);
  for (const { by, source, target, state, reason } of kernel) {
    sheet.paragraph(`${by}  ${reason}, ${state}  ${source} > ${target}`, undefined, 2);
  }
};

const tellVerdicts = (sheet: Sheet, run: Run, kernel: KernelRun, place: Place): void => {
  sheet.line();
  sheet.paragraph(`What the detective says, with the capture at ${place}`, 'label');
  const { findings } = judgeKernel(run, kernel, place);
  if (findings.length === 0) sheet.paragraph('Nothing broke.', undefined, 2);
  for (const { frame, cause, verdict, named } of findings) {
    const said = verdict === undefined ? 'nothing' : `${verdict.cause}, ${verdict.confidence}`;
    const rest = verdict === undefined ? [] : others(verdict);
    const could = rest.length === 0 ? '' : `; could be ${rest.join(', ')}`;
    const held = named ? '' : ` (not ${cause ?? run.variant.makes})`;
    sheet.paragraph(`frame ${frame}  ${said}${could}${held}`, named ? undefined : 'harm', 2);
  }
};

const tellDifferences = (sheet: Sheet, run: Run, kernel: KernelRun, place: Place): void => {
  sheet.line();
  sheet.paragraph('Our engine in the same scenario', 'label');
  const found = differences(run, kernel, place === 'any' ? 'client' : place);
  if (found.length === 0) sheet.paragraph('Same calls, same resets, same reasons.', undefined, 2);
  for (const one of found) {
    sheet.paragraph(`kernel: ${one.kernel}`, undefined, 2);
    sheet.paragraph(`engine: ${one.engine}`, undefined, 2);
    const why = reasonFor(run.scenario.id, run.variant.name, one);
    if (why !== undefined) sheet.paragraph(why, 'faint', 4);
  }
};
