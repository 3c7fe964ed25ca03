import type { Language } from '../causes/text.ts';
import type { Paint, Tone } from '../report/paint.ts';
import { unpainted } from '../report/paint.ts';

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 100;
const NARROWEST = 40;

/** Columns for a report: as asked for, else what the terminal has (40 to 100), else 100. */
export const widthOf = (asked: number | undefined): number => {
  if (asked !== undefined) return asked;
  const columns = process.stdout.isTTY ? process.stdout.columns : 0;
  return columns > 0 ? Math.min(WIDEST, Math.max(NARROWEST, columns)) : WIDEST;
};

const SGR: Readonly<Record<Tone, string>> = {
  heading: '1',
  label: '36',
  harm: '31',
  doubt: '33',
  calm: '32',
  faint: '2',
  certain: '1;31',
  likely: '33',
  possible: '35',
};

/**
 * Whether to colour: what was asked for on the command line, else NO_COLOR (any value), else
 * FORCE_COLOR (any but 0), else a terminal that is not dumb.
 */
export const colours = (
  asked: boolean | undefined,
  environment: NodeJS.ProcessEnv,
  isTerminal: boolean,
): boolean => {
  if (asked !== undefined) return asked;
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
};

export const paintFor = (asked: boolean | undefined): Paint =>
  colours(asked, process.env, process.stdout.isTTY)
    ? (tone, line) => `\u001b[${SGR[tone]}m${line}\u001b[0m`
    : unpainted;

/** The language asked for, else RESETLAB_LANG, else English. */
export const languageOf = (asked: string | undefined): Language =>
  (asked ?? process.env['RESETLAB_LANG'] ?? 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
