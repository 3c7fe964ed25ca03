import { rfc3339 } from '../numbers.ts';
import type { Paint, Tone } from '../paint.ts';
import { cutTo, padEnd, printable, widthOf } from '../width.ts';
import type { Words } from '../words.ts';
import type { KernelWord } from './kernel-word.ts';
import type { Watched } from './state.ts';
import type { WatchWords } from './words.ts';

/** How a verdict is worded and coloured. */
export interface Manner {
  readonly words: Words;
  readonly watch: WatchWords;
  readonly paint: Paint;
}

/** `12:03:04.123  close-with-unread-data  likely  10.0.0.7:8080 reset 10.0.0.1:40000  kernel: …`. */
export const watchedLine = (one: Watched, manner: Manner): string =>
  joined([...whatHappened(one, manner), ...betweenWhom(one, manner)], manner.paint, Infinity);

/** Columns that a verdict on a connection of IPv4 takes on one line, and the kernel's word besides. */
const ONE_LINE = 96;
const ONE_LINE_WITH_KERNEL = 132;

/** Whether a terminal of so many columns shows a verdict in two lines. */
export const takesTwoLines = (last: readonly Watched[], width: number): boolean =>
  width < (last.some(({ kernel }) => kernel !== undefined) ? ONE_LINE_WITH_KERNEL : ONE_LINE);

const INDENT = '  ';

/** The same as a line, or two, of which none is longer than `width`. */
export const watchedEntry = (
  one: Watched,
  manner: Manner,
  isTwoLines: boolean,
  width: number,
): string[] => {
  const [what, who] = [whatHappened(one, manner), betweenWhom(one, manner)];
  if (!isTwoLines) return [joined([...what, ...who], manner.paint, width)];
  return [
    joined(what, manner.paint, width),
    INDENT + joined(who, manner.paint, width - INDENT.length),
  ];
};

type Part = readonly [text: string, tone: Tone | undefined];

const whatHappened = ({ verdict }: Watched, { words }: Manner): readonly Part[] => {
  const { cause, confidence, seconds, nanos, benign } = verdict;
  const tone: Tone = benign ? 'calm' : confidence;
  return [
    [`${rfc3339(seconds, nanos).slice(11, 23)}Z`, 'faint'],
    [padEnd(cause, 24), tone],
    [padEnd(words.confidence[confidence], 8), tone],
  ];
};

const betweenWhom = ({ verdict, kernel }: Watched, { watch }: Manner): readonly Part[] => {
  const { sender, receiver, failure } = verdict;
  const arrow = failure === undefined ? watch.arrow : ' – ';
  const who: Part = [printable(`${sender}${arrow}${receiver}`), undefined];
  if (kernel === undefined) return [who];
  return [who, [printable(watch.kernel(kernel)), kernelTone(kernel)]];
};

const kernelTone = ({ agrees, kind }: KernelWord): Tone =>
  agrees === 'no' || kind === 'not-sent' ? 'doubt' : 'faint';

const GAP = '  ';
/** Of a part that is cut shorter nothing can be read. */
const LEAST_COLUMNS = 6;

/** As many parts as there is room for, each cut before it is coloured. */
const joined = (parts: readonly Part[], paint: Paint, width: number): string => {
  const shown: string[] = [];
  let room = width;
  for (const [text, tone] of parts) {
    if (room < LEAST_COLUMNS) break;
    const cut = cutTo(text, room);
    shown.push(tone === undefined ? cut : paint(tone, cut));
    room -= widthOf(cut) + GAP.length;
  }
  return shown.join(GAP);
};
