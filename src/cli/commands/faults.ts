import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FaultsOptions } from '../faults.ts';
import { colorOption, languageOption, noColorOption, wholeNumber, widthOption } from './options.ts';

const probability = (word: string): number => {
  const number = Number(word);
  if (word.trim() === '' || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return number;
};

/** `resetlab faults` */
export const addFaults = (program: Command): void => {
  program
    .command('faults')
    .description('a proxy for tests that ends chosen connections on purpose, by a named cause')
    .option('--list', 'the causes, their moments, and what a client sees of each')
    .option('--cause <id>', 'how they end, such as keepalive-race')
    .option('--moment <moment>', "when (else the cause's usual one)")
    .option('--listen <[host:]port>', 'where clients connect (127.0.0.1 unless told)')
    .option('--upstream <[host:]port>', 'the server behind, to which everything passes')
    .addOption(
      new Option('--after-bytes <number>', 'of the request or the response').argParser(
        wholeNumber(0),
      ),
    )
    .addOption(
      new Option('--after-ms <number>', 'of silence, or of delay').argParser(wholeNumber(0)),
    )
    .addOption(
      new Option('--every <number>', 'every so many connections (else each)').argParser(
        wholeNumber(1),
      ),
    )
    .addOption(new Option('--probability <p>', 'each by chance, 0 to 1').argParser(probability))
    .addOption(new Option('--seed <number>', 'of that chance').argParser(wholeNumber(0)))
    .option('--response <text>', 'what early-response answers, with \\r and \\n (else a 413)')
    .option('--json', 'one JSON object a line, a summary last')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
Examples:
  resetlab faults --list
  resetlab faults --listen 5433 --upstream 5432 --cause keepalive-race --after-ms 5000
  resetlab faults --listen 8081 --upstream 8080 --cause linger-zero --moment mid-response --every 3
  resetlab faults --listen 8081 --cause closed-port

Ctrl-C ends it with a summary.`,
    )
    .action(async (options: FaultsOptions) => {
      const { runFaults } = await import('../faults.ts');
      process.exitCode = await runFaults(options);
    });
};
