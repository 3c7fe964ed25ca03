import { InvalidArgumentError, Option } from 'commander';

/** Parses a whole number that is `least` or more. */
export const wholeNumber =
  (least: number) =>
  (word: string): number => {
    const number = Number(word);
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    return number;
  };

/** Parses an option that may be repeated. */
export const collect = (word: string, before: readonly string[]): string[] => [...before, word];

export const languageOption = (): Option =>
  new Option('--lang <language>', 'language of the answer (else RESETLAB_LANG, else en)').choices([
    'en',
    'zh',
  ]);

export const widthOption = (): Option =>
  new Option('--width <columns>', 'break lines here (else at the width of the terminal)').argParser(
    wholeNumber(20),
  );

export const colorOption = (): Option =>
  new Option('--color', 'colour even where the output is no terminal');

export const noColorOption = (): Option => new Option('--no-color', 'no colour (as NO_COLOR)');
