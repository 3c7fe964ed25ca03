import { type Command, Option } from 'commander';
import type { ExplainOptions } from '../explain.ts';
import { colorOption, languageOption, noColorOption, wholeNumber, widthOption } from './options.ts';

/** `resetlab explain` */
export const addExplain = (program: Command): void => {
  program
    .command('explain')
    .description('explain every reset in captures, or an error text')
    .argument(
      '[capture or error text...]',
      'pcap or pcapng files (also .gz, .zst), "-", or an error',
    )
    .addOption(new Option('--json', 'one JSON object a line, a summary last').conflicts('markdown'))
    .option('--markdown', 'Markdown, for a ticket')
    .option('--connection <number>', 'draw this connection as a ladder', wholeNumber(1))
    .option('--client <capture>', 'with --server: two captures of one path, the one at the client')
    .option('--server <capture>', 'and the one at the server')
    .option('--all', 'tell harmless resets in full too')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
Examples:
  resetlab explain capture.pcapng
  resetlab explain capture.pcapng --connection 17
  resetlab explain monday.pcap.gz tuesday.pcap.zst --json | jq -r .cause
  resetlab explain --client laptop.pcap --server api.pcap
  ssh host tcpdump -i any -s 256 -U -w - tcp | resetlab explain -
  resetlab explain "upstream prematurely closed connection"`,
    )
    .action(async (words: string[], options: ExplainOptions) => {
      const { explain } = await import('../explain.ts');
      process.exitCode = await explain(words, options);
    });
};
