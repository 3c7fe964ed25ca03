import type { Hop, Passage } from '../../causes/idle-timers.ts';
import type { Language } from '../../causes/text.ts';
import { padEnd } from '../width.ts';
import { timerWordsIn } from './words.ts';

/** The products whose timers are known, a line each, with what they do unless told otherwise. */
export const productsText = (
  products: Readonly<Record<string, Hop | Passage>>,
  language: Language,
): string => {
  const { seconds, side } = timerWordsIn(language);
  const lines = Object.entries(products).map(([id, product]) => {
    const limits =
      product.kind === 'passage'
        ? [side.idle(seconds(product.idle.seconds))]
        : [
            ...(product.upstream ? [side.upstream(seconds(product.upstream.seconds))] : []),
            ...(product.downstream ? [side.downstream(seconds(product.downstream.seconds))] : []),
          ];
    return `${padEnd(id, 18)}${padEnd(product.name, 34)}${limits.join(', ')}\n`;
  });
  return lines.join('');
};
