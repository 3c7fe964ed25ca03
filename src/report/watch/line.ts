import { rfc3339 } from '../numbers.ts';
import type { Paint, Tone } from '../paint.ts';
import { padEnd, printable } from '../width.ts';
import type { Words } from '../words.ts';
import type { KernelWord } from './kernel-word.ts';
import type { Watched } from './state.ts';
import type { WatchWords } from './words.ts';

/** `12:03:04.123  close-with-unread-data  likely  10.0.0.7:8080 reset 10.0.0.1:40000  kernel: …`. */
export const watchedLine = (
  { verdict, kernel }: Watched,
  words: Words,
  watch: WatchWords,
  paint: Paint,
): string => {
  const { cause, confidence, seconds, nanos, sender, receiver, benign } = verdict;
  const time = rfc3339(seconds, nanos).slice(11, 23);
  const sureness = padEnd(words.confidence[confidence], 8);
  const who = `${sender}${watch.arrow}${receiver}`;
  const tone: Tone = benign ? 'calm' : confidence;
  return [
    paint('faint', time),
    paint(tone, `${padEnd(cause, 24)}  ${sureness}`),
    printable(verdict.failure === undefined ? who : `${sender} – ${receiver}`),
    ...(kernel === undefined ? [] : [paint(kernelTone(kernel), printable(watch.kernel(kernel)))]),
  ].join('  ');
};

const kernelTone = ({ agrees, kind }: KernelWord): Tone =>
  agrees === 'no' || kind === 'not-sent' ? 'doubt' : 'faint';
