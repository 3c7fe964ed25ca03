import { existsSync, readFileSync } from 'node:fs';
import { CATALOGUE } from '../causes/catalogue.ts';
import { CAUSE_IDS, isCauseId, type CauseId } from '../causes/ids.ts';
import type { Language } from '../causes/text.ts';
import type { Paint } from '../report/paint.ts';
import { padEnd, wrap } from '../report/width.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { renderPage } from './page.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';
import { unknownCause } from './unknown-cause.ts';

export interface CauseOptions {
  readonly lang?: string;
  readonly width?: number;
  readonly color?: boolean;
}

/** `resetlab cause`: the catalogue, or one cause at length; returns the exit code. */
export const tellCause = async (id: string | undefined, options: CauseOptions): Promise<number> => {
  const language = languageOf(options.lang);
  const output = new Output();
  const paint = paintFor(options.color);
  const width = widthOf(options.width);
  if (id === undefined) {
    await output.write(catalogueText(language, paint, width));
  } else if (isCauseId(id)) {
    const page = pageOf(id, language);
    await output.write(process.stdout.isTTY ? renderPage(page, paint, width) : page);
  } else {
    tell(unknownCause(id).complaint);
    return WRONG;
  }
  await output.flush();
  return DONE;
};

/** Every cause with its title; benign ones are marked as such by their colour only. */
const catalogueText = (language: Language, paint: Paint, width: number): string => {
  const column = Math.max(...CAUSE_IDS.map((id) => id.length)) + 2;
  const beside = width - column >= 30;
  const lines = CAUSE_IDS.flatMap((id) => {
    const title = CATALOGUE[id].facts.title[language];
    const [first = '', ...rest] = wrap(title, beside ? width - column : width - 2);
    return beside
      ? [paint('label', padEnd(id, column)) + first, ...rest.map((l) => ' '.repeat(column) + l)]
      : [paint('label', id), ...[first, ...rest].map((l) => `  ${l}`)];
  });
  return `${lines.join('\n')}\n`;
};

/** The long explanation; where it is not written in a language, English, else what the facts say. */
const pageOf = (id: CauseId, language: Language): string => {
  const names = language === 'zh' ? ['explain.zh.md', 'explain.md'] : ['explain.md'];
  const found = names
    .map((name) => new URL(`../causes/${id}/${name}`, import.meta.url))
    .find((file) => existsSync(file));
  if (found !== undefined) return readFileSync(found, 'utf8');
  const { title, summary, advice } = CATALOGUE[id].facts;
  const items = advice.map((one) => `- ${one[language]}`).join('\n');
  return `# ${title[language]}\n\n${summary[language]}\n\n${items}\n`;
};
