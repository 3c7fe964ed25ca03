import { type Command, Option } from 'commander';
import type { ReportCommandOptions } from '../report.ts';
import { languageOption } from './options.ts';

/** `resetlab report` */
export const addReport = (program: Command): void => {
  program
    .command('report')
    .description('write a page about a capture: one file, for a ticket')
    .argument('<capture>', 'a pcap or pcapng file (also .gz, .zst), or "-"')
    .option(
      '-o, --output <file>',
      'where to write it (else CAPTURE.html here; "-": standard output)',
    )
    .option('--title <text>', "the page's title (else the capture's name)")
    .option('--anonymise', 'replace all addresses, the same one always by the same')
    .addOption(
      new Option('--payload', 'include the first bytes of what was sent (else none)').conflicts(
        'anonymise',
      ),
    )
    .addOption(languageOption())
    .addHelpText(
      'after',
      `
The page holds everything it needs, loads nothing, and opens from disk.

Examples:
  resetlab report capture.pcapng
  resetlab report capture.pcapng -o ticket-4711.html --anonymise
  ssh host tcpdump -i any -s 256 -U -w - tcp | resetlab report - -o report.html`,
    )
    .action(async (file: string, options: ReportCommandOptions) => {
      const { report } = await import('../report.ts');
      process.exitCode = await report(file, options);
    });
};
