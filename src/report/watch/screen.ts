import type { FactsOf } from '../model.ts';
import { grouped } from '../numbers.ts';
import { type Paint, unpainted } from '../paint.ts';
import { padEnd, padStart, widthOf } from '../width.ts';
import type { Words } from '../words.ts';
import { watchedLine } from './line.ts';
import type { WatchState, Watched } from './state.ts';
import type { WatchWords } from './words.ts';

/** Causes with a line of their own. */
const CAUSES = 8;
/** What the two headlines, their titles and the last line take. */
const FRAME_LINES = 8;

/** All that a terminal of this size shows, line by line, none longer than it is wide. */
export const watchScreen = (
  state: WatchState,
  facts: FactsOf,
  words: Words,
  watch: WatchWords,
  paint: Paint,
  width: number,
  height: number,
): string[] => {
  const causes = causeLines(state, facts, words, width);
  const room = Math.max(1, height - FRAME_LINES - causes.length);
  const cut = (line: string): string => cutTo(line, width);
  return [
    paint('heading', cut(watch.traffic(state))),
    cut(watch.resets(state)),
    ...(state.dropped ? [paint('doubt', cut(watch.dropped(state.dropped)))] : []),
    ...(state.kernelSilent === undefined ? [] : [paint('faint', cut(state.kernelSilent))]),
    '',
    paint('label', watch.causes),
    ...(causes.length === 0 ? [paint('faint', watch.quiet)] : causes),
    '',
    paint('label', watch.last),
    ...state.last.slice(-room).map((one) => fitted(one, words, watch, paint, width)),
    '',
    paint('faint', watch.hint),
  ].slice(0, height);
};

const causeLines = (
  { byCause }: WatchState,
  facts: FactsOf,
  { language }: Words,
  width: number,
): string[] =>
  [...byCause]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, CAUSES)
    .map(([cause, count]) =>
      cutTo(
        `${padStart(grouped(count), 8)}  ${padEnd(cause, 24)}  ${facts[cause].facts.title[language]}`,
        width,
      ),
    );

/** In colour if it fits; else cut, which must not tear a colour apart. */
const fitted = (
  one: Watched,
  words: Words,
  watch: WatchWords,
  paint: Paint,
  width: number,
): string => {
  const plain = watchedLine(one, words, watch, unpainted);
  return widthOf(plain) <= width ? watchedLine(one, words, watch, paint) : cutTo(plain, width);
};

const cutTo = (line: string, width: number): string => {
  if (widthOf(line) <= width) return line;
  let cut = '';
  for (const character of line) {
    if (widthOf(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
};
