import { type Command, Option } from 'commander';
import type { PacketdrillOptions } from '../packetdrill.ts';

/** `resetlab packetdrill` */
export const addPacketdrill = (program: Command): void => {
  program
    .command('packetdrill')
    .description('play packetdrill scripts against our TCP, in virtual time')
    .argument('[script...]', 'scripts, or directories of them')
    .option('--suite <dir>', 'run all below, and name scripts from here')
    .option('--verdicts <file>', 'what is known of its scripts; only what differs from that fails')
    .addOption(
      new Option(
        '--profile <system>',
        "whose behaviour the FreeBSD suite's scripts are held against",
      )
        .choices(['linux', 'freebsd'])
        .default('linux'),
    )
    .option('--json', 'one JSON object a script, a summary last')
    .addHelpText(
      'after',
      `
Examples:
  resetlab packetdrill packetdrill/*.pkt
  resetlab packetdrill --suite tcp-testsuite --verdicts packetdrill/verdicts/freebsd-linux.txt`,
    )
    .action(async (scripts: string[], options: PacketdrillOptions) => {
      const { packetdrill } = await import('../packetdrill.ts');
      process.exitCode = await packetdrill(scripts, options);
    });
};
