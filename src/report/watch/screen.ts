import type { FactsOf } from '../model.ts';
import { grouped } from '../numbers.ts';
import { cutTo, padEnd, padStart, wrap } from '../width.ts';
import { type Manner, takesTwoLines, watchedEntry } from './line.ts';
import type { WatchState } from './state.ts';

/** Causes with a line of their own, where the terminal is high enough. */
const CAUSES = 8;
/** Lines that are neither causes nor verdicts, as a rule. */
const OTHER_LINES = 8;
/** Of a cause's title that is cut shorter nothing can be read. */
const LEAST_TITLE = 12;

/** All that a terminal of this size shows, line by line, none longer than it is wide. */
export const watchScreen = (
  state: WatchState,
  facts: FactsOf,
  manner: Manner,
  width: number,
  height: number,
): string[] => {
  const { watch, paint } = manner;
  const head = [
    ...headLines(state, manner, width),
    '',
    paint('label', watch.causes),
    ...causeLines(state, facts, manner, width, height),
    '',
    paint('label', watch.last),
  ];
  const foot = ['', paint('faint', cutTo(watch.hint, width))];
  const room = height - head.length - foot.length;
  return [...head, ...lastLines(state, manner, width, room), ...foot].slice(0, height);
};

const headLines = (
  state: WatchState,
  { watch, paint }: Manner,
  width: number,
): readonly string[] => {
  const { dropped, kernelSilent } = state;
  const wrapped = (line: string): string[] => wrap(line, width).map((part) => cutTo(part, width));
  return [
    ...wrapped(watch.traffic(state)).map((line) => paint('heading', line)),
    ...wrapped(watch.resets(state)),
    ...(dropped ? wrapped(watch.dropped(dropped)).map((line) => paint('doubt', line)) : []),
    ...(kernelSilent === undefined ? [] : [paint('faint', cutTo(kernelSilent, width))]),
  ];
};

const causeLines = (
  { byCause }: WatchState,
  facts: FactsOf,
  { words: { language }, watch, paint }: Manner,
  width: number,
  height: number,
): readonly string[] => {
  if (byCause.size === 0) return [paint('faint', cutTo(watch.quiet, width))];
  // Half of what there is, so that the last verdicts are seen as well.
  const most = Math.max(1, Math.min(CAUSES, Math.floor((height - OTHER_LINES) / 2)));
  return [...byCause]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([cause, count]) => {
      const name = `${padStart(grouped(count), 8)}  ${padEnd(cause, 24)}`;
      const roomForTitle = width - name.length - 2;
      if (roomForTitle < LEAST_TITLE) return cutTo(name.trimEnd(), width);
      return `${name}  ${cutTo(facts[cause].facts.title[language], roomForTitle)}`;
    });
};

/** The newest verdicts, each whole. */
const lastLines = (
  { last }: WatchState,
  manner: Manner,
  width: number,
  room: number,
): readonly string[] => {
  const isTwoLines = takesTwoLines(last, width);
  const entries = Math.floor(room / (isTwoLines ? 2 : 1));
  if (entries < 1) return [];
  return last.slice(-entries).flatMap((one) => watchedEntry(one, manner, isTwoLines, width));
};
