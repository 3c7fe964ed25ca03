import type { Language } from '../../../causes/text.ts';
import type { Happening, Passage } from '../../../lab/moment.ts';
import type { CallRecord, Told } from '../../../lab/run.ts';
import { stepText } from '../../../lab/step-words.ts';
import { outcomeText } from '../../../lab/tell-words.ts';
import { labWordsIn } from '../../../lab/words.ts';
import { segmentText } from '../../../report/ladder.ts';
import type { WorkbenchWords } from '../words.ts';

/** One moment in one line. */
export const momentText = (happening: Happening, words: WorkbenchWords): string => {
  const { lab, language } = words;
  switch (happening.kind) {
    case 'sent':
      return `${lab.sends(lab.role[happening.on])} ${passageText(happening.passage)}`;
    case 'arrived':
      return `${lab.arrives(lab.role[happening.on])} ${passageText(happening.passage)}`;
    case 'told':
      return `${whoText(happening.told.who, words)}: ${toldText(happening.told, language)}`;
    case 'call':
      return `${lab.role[happening.call.on]}: ${callText(happening.call, language)}`;
    case 'step':
      return 'on' in happening.step
        ? `${lab.role[happening.step.on]}: ${stepText(happening.step, language)}`
        : stepText(happening.step, language);
  }
};

export const passageText = ({ segment }: Passage): string =>
  segment === undefined ? 'ICMP' : segmentText(segment);

export const whoText = (who: string, { lab }: WorkbenchWords): string =>
  who === 'client' || who === 'server' ? lab.role[who] : who;

export const toldText = ({ event }: Told, language: Language): string => {
  const kind = labWordsIn(language).kind[event.kind];
  return 'cause' in event ? `${kind} (${event.cause})` : kind;
};

export const callText = (call: CallRecord, language: Language): string => {
  const { on, socket, outcome, expected } = call;
  const name = socket === on ? '' : ` ${socket}`;
  const told = `${call.call}${name}: ${outcomeText(outcome, language)}`;
  if (expected === undefined || expected === outcome) return told;
  return `${told} (${labWordsIn(language).expected(expected)})`;
};
