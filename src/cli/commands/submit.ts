import type { Command } from 'commander';
import type { SubmitOptions } from '../submit.ts';
import { languageOption, wholeNumber } from './options.ts';

/** `resetlab submit` */
export const addSubmit = (program: Command): void => {
  program
    .command('submit')
    .description('take many captures for one, and keep the verdicts as tables to be queried')
    .argument(
      '<capture...>',
      'files or patterns such as "captures/*.pcap", "s3://bucket/day/*.pcap"',
    )
    .requiredOption('--store <dir>', 'where the tables are kept, and what leads to them')
    .option('--redis <url>', 'let workers do it that wait at this Redis (else it is done here)')
    .option('--threads <number>', 'threads to use here (else one a core)', wholeNumber(1))
    .option('--json', 'the rows of `explain --json` over all captures of the store')
    .addOption(languageOption())
    .addHelpText(
      'after',
      `
The captures of a store are taken in the order of their first packets, whatever they are called;
a connection that runs over two of them is one. A content counts once, however often it is submitted.

Examples:
  resetlab submit /var/captures/*.pcap --store fleet
  resetlab submit "s3://bucket/day/*.pcap.zst" --store /mnt/fleet --redis redis://:secret@queue:6379
  resetlab query --store fleet "select cause, count(*) from verdicts group by cause"`,
    )
    .action(async (files: string[], options: SubmitOptions) => {
      const { submit } = await import('../submit.ts');
      process.exitCode = await submit(files, options);
    });
};
