import type { Verdict } from '../forensics/verdict.ts';
import type { FactsOf } from './model.ts';
import { roleOfSender } from './model.ts';
import { printable } from './width.ts';
import type { Words } from './words.ts';

/** Where a frame of the capture stands in the copy that is commented; undefined: it is not there. */
export type FrameInCopy = (frame: number) => number | undefined;

/** One verdict as a comment at its packet: a line for each thing that a person wants to know there. */
export const commentOn = (
  verdict: Verdict,
  facts: FactsOf,
  words: Words,
  inCopy: FrameInCopy,
): string => {
  const { cause, confidence, settle, advice } = verdict;
  const { language, colon, labels } = words;
  const title = facts[cause].facts.title[language];
  const [change] = advice;
  return [
    words.comment.head(cause, words.confidence[confidence], title),
    couldBe(verdict, words),
    ...sawText(verdict, words),
    ...evidence(verdict, words, inCopy),
    ...(settle === undefined ? [] : [labels.settle + colon + settle[language]]),
    ...(change === undefined ? [] : [labels.change + colon + change[language]]),
  ]
    .filter((line) => line !== '')
    .map(printable)
    .join('\n');
};

const couldBe = ({ alternatives, confidence }: Verdict, words: Words): string => {
  if (alternatives.length === 0) return '';
  const all = alternatives.map(({ cause }) => cause).join(words.comma);
  return words.labels.couldBe(confidence === 'certain') + words.colon + all;
};

const sawText = (verdict: Verdict, words: Words): string[] => {
  const { apps } = verdict;
  const sender = roleOfSender(verdict);
  const receiver = sender === 'client' ? 'server' : 'client';
  const line = (role: typeof sender, app: Verdict['apps']['sender']): string[] => {
    const calls = words.calls(app);
    return calls === undefined ? [] : [words.labels.saw(role, false) + words.colon + calls];
  };
  return [...line(receiver, apps.receiver), ...line(sender, apps.sender)];
};

const evidence = (verdict: Verdict, words: Words, inCopy: FrameInCopy): string[] => {
  const { language, colon } = words;
  const place = (frame: number): string => {
    const there = inCopy(frame);
    return there === undefined ? words.comment.elsewhere(frame) : words.frame(there);
  };
  return verdict.evidence.map(({ frame, say, supports }) => {
    const fact = say[language].replaceAll(NAMED_FRAME, (_, en?: string, zh?: string) =>
      place(Number(en ?? zh)),
    );
    const weighed = supports ? fact : `${words.evenSo}${colon}${fact}`;
    return frame > 0 ? place(frame) + colon + weighed : weighed;
  });
};

/** A frame within the words of an observation. */
const NAMED_FRAME = /\bframe (\d+)|第 (\d+) 帧/g;
