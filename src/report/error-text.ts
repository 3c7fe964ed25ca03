import type { ErrorTextMatch } from '../causes/error-texts/match.ts';
import { Sheet } from './sheet.ts';
import type { TextOptions } from './text.ts';

/** Causes that are named; the rest are rarer still. */
const NAMED = 6;

/** What the wordings found in an error text can and cannot mean, for people; the best first. */
export const errorTextReport = (known: readonly ErrorTextMatch[], options: TextOptions): string => {
  const sheet = new Sheet(options.width, options.paint);
  known.forEach((one, index) => {
    if (index > 0) sheet.line();
    tellErrorText(sheet, one, known.length > 1 ? String(index + 1) : '', options);
  });
  return sheet.toString();
};

const tellErrorText = (
  sheet: Sheet,
  { entry, next }: ErrorTextMatch,
  number: string,
  { words, facts, all }: TextOptions,
): void => {
  const { errorText, language } = words;
  const causes = all ? entry.canMean : entry.canMean.slice(0, NAMED);
  sheet.heading(number, entry.name, errorText.wire[entry.wire], 'likely');
  sheet.labelled(errorText.happened, [entry.happened[language]]);
  sheet.labelled(
    errorText.canMean,
    causes.map((id) => id + words.colon + facts[id].facts.title[language]),
  );
  sheet.labelled(
    errorText.cannotMean,
    entry.cannotMean.map((not) => not[language]),
  );
  if (entry.more !== undefined) sheet.labelled(errorText.more, [entry.more[language]]);
  sheet.labelled(errorText.next, [next[language]], 'calm');
};

/** The same as JSON, one object a line. */
export const errorTextJson = (
  known: readonly ErrorTextMatch[],
  { words: { language } }: TextOptions,
): string =>
  known
    .map(({ entry, matched, next }) =>
      JSON.stringify({
        type: 'error-text',
        id: entry.id,
        name: entry.name,
        matched,
        wire: entry.wire,
        happened: entry.happened[language],
        canMean: entry.canMean,
        cannotMean: entry.cannotMean.map((not) => not[language]),
        next: next[language],
        more: entry.more?.[language] ?? null,
      }),
    )
    .map((line) => `${line}\n`)
    .join('');
