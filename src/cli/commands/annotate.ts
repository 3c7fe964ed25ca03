import type { Command } from 'commander';
import type { AnnotateOptions } from '../annotate.ts';
import { languageOption } from './options.ts';

/** `resetlab annotate` */
export const addAnnotate = (program: Command): void => {
  program
    .command('annotate')
    .description('copy a capture with each verdict as a comment at its packet, for Wireshark')
    .argument('<capture>', 'a pcap or pcapng file (also .gz, .zst)')
    .requiredOption('-o, --output <file>', 'the copy, as pcapng; "-" is standard output')
    .option('--only-resets', 'only the packets of connections that have a verdict')
    .addOption(languageOption())
    .addHelpText(
      'after',
      `
Everything else stays byte for byte as it was.

Examples:
  resetlab annotate capture.pcap -o annotated.pcapng
  resetlab annotate capture.pcapng.gz --only-resets -o resets.pcapng
  tshark -r annotated.pcapng -Y frame.comment -T fields -e frame.number -e frame.comment`,
    )
    .action(async (file: string, options: AnnotateOptions) => {
      const { annotate } = await import('../annotate.ts');
      process.exitCode = await annotate(file, options);
    });
};
