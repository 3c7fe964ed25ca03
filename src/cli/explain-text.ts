import { CATALOGUE } from '../causes/catalogue.ts';
import { explainErrorText } from '../causes/error-texts/match.ts';
import { errorTextJson, errorTextReport } from '../report/error-text.ts';
import type { TextOptions } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { DONE, WRONG } from './exit-codes.ts';
import type { ExplainOptions } from './explain.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';

/** What an error text can mean, without a capture; returns the exit code. */
export const explainText = async (text: string, options: ExplainOptions): Promise<number> => {
  const words = wordsIn(languageOf(options.lang));
  const matches = explainErrorText(text);
  if (matches.length === 0) {
    const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    tell(words.errorText.unknown(start));
    return WRONG;
  }
  const how: TextOptions = {
    facts: CATALOGUE,
    words,
    paint: paintFor(options.color),
    width: widthOf(options.width),
    all: options.all === true,
  };
  const output = new Output();
  await output.write(
    options.json === true ? errorTextJson(matches, how) : errorTextReport(matches, how),
  );
  await output.flush();
  return DONE;
};
