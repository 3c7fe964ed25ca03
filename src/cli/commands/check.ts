import { type Command, Option } from 'commander';
import type { CheckOptions } from '../check.ts';
import { collect, languageOption } from './options.ts';

/** `resetlab check` */
export const addCheck = (program: Command): void => {
  program
    .command('check')
    .description('for CI: exit 1 on a reset, or a broken connection, that nobody allowed')
    .argument('<captures...>', 'pcap or pcapng files (also .gz, .zst), or "-"')
    .addOption(
      new Option('--allow <ids>', 'causes to let pass, with their special forms (a,b or repeated)')
        .argParser(collect)
        .default([] as readonly string[], 'none'),
    )
    .addOption(
      new Option('--format <format>', 'how findings are told')
        .choices(['text', 'junit', 'github'])
        .default('text'),
    )
    .addOption(languageOption())
    .addHelpText(
      'after',
      `
Harmless resets (health checks, scans) are let pass without being named.

Examples:
  resetlab check test.pcap
  resetlab check test.pcap --allow closed-port,client-abort
  resetlab check captures/*.pcapng --format junit > resets.xml`,
    )
    .action(async (files: string[], options: CheckOptions) => {
      const { checkCaptures } = await import('../check.ts');
      process.exitCode = await checkCaptures(files, options);
    });
};
