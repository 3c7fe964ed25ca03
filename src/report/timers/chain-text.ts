import { type Joint, judgeChain, type Link } from '../../forensics/timer-chain.ts';
import type { Paint, Tone } from '../paint.ts';
import { Sheet } from '../sheet.ts';
import { linkText, timerWordsIn, type TimerWords } from './words.ts';
import type { Language } from '../../causes/text.ts';

const TONES: Readonly<Record<Joint['outcome'], Tone>> = {
  race: 'harm',
  forgotten: 'harm',
  tight: 'doubt',
  unknown: 'faint',
  fine: 'calm',
};

/** A chain of idle timers, joint by joint, and what to set where it does not hold. */
export const chainText = (
  chain: readonly Link[],
  language: Language,
  paint: Paint,
  width: number,
): string => {
  const words = timerWordsIn(language);
  const sheet = new Sheet(width, paint);
  sheet.paragraph(chain.map((link) => linkText(link, words)).join(words.arrow), 'heading');
  judgeChain(chain).forEach((joint, index) => {
    sheet.line();
    tellJoint(sheet, joint, `${index + 1}`, words);
  });
  return sheet.toString();
};

const tellJoint = (sheet: Sheet, joint: Joint, number: string, words: TimerWords): void => {
  const { outcome, passage } = joint;
  sheet.heading(number, words.title(joint), words.outcome[outcome], TONES[outcome]);
  sheet.paragraph(words.why(joint), undefined, 3);
  const changes = joint.changes.map((change, index) => {
    const link = [joint.left, joint.right, passage].find((one) => one?.id === change.id);
    return (
      (index === 0 ? '' : words.or) +
      words.set(change, link === undefined ? change.id : words.name(link))
    );
  });
  if (outcome === 'forgotten' && passage?.idle !== undefined) {
    changes.push(words.probes(Math.max(1, Math.floor(passage.idle / 2))));
  }
  sheet.labelled(words.change, changes, 'calm');
};
