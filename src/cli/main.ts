#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CheckOptions } from './check.ts';
import type { CauseOptions } from './cause.ts';
import { DONE, INTERRUPTED, WRONG } from './complaint.ts';
import type { ExplainOptions } from './explain.ts';
import type { LabOptions, LabRunOptions } from './lab.ts';
import type { PacketdrillOptions } from './packetdrill.ts';
import { version } from './version.ts';

// The heap may grow by a fifth before it is tidied: what lives is small, and what dies is much.
setFlagsFromString('--heap-growing-percent=20');

const wholeNumber =
  (least: number) =>
  (word: string): number => {
    const number = Number(word);
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    return number;
  };

const languageOption = () =>
  new Option('--lang <language>', 'language of the answer (else RESETLAB_LANG, else en)').choices([
    'en',
    'zh',
  ]);
const widthOption = () =>
  new Option('--width <columns>', 'break lines here (else at the width of the terminal)').argParser(
    wholeNumber(20),
  );

const program = new Command('resetlab')
  .description('Names the cause of every TCP reset in a packet capture.')
  .version(version(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride()
  .configureOutput({
    outputError: (message, write) => write(message.replace(/^error: /, 'resetlab: ')),
  })
  .addHelpText(
    'after',
    `
Examples:
  resetlab explain capture.pcapng           who reset what, why, and what to change
  resetlab explain "read ECONNRESET"        what an error text can mean
  resetlab cause close-with-unread-data     one cause at length
  resetlab check capture.pcap               for CI: exit 1 on an unexpected reset
  resetlab lab run linger-zero              make one happen, on two simulated hosts

Exit codes: 0 done, 1 check found something, 2 the call or its input was wrong.`,
  );

program
  .command('explain')
  .description('explain every reset in captures, or an error text')
  .argument('<capture or error text...>', 'pcap or pcapng files (also .gz, .zst), "-", or an error')
  .addOption(new Option('--json', 'one JSON object a line, a summary last').conflicts('markdown'))
  .option('--markdown', 'Markdown, for a ticket')
  .option('--connection <number>', 'draw this connection as a ladder', wholeNumber(1))
  .option('--all', 'tell harmless resets in full too')
  .addOption(languageOption())
  .addOption(widthOption())
  .option('--color', 'colour even where the output is no terminal')
  .option('--no-color', 'no colour (as NO_COLOR)')
  .addHelpText(
    'after',
    `
Examples:
  resetlab explain capture.pcapng
  resetlab explain capture.pcapng --connection 17
  resetlab explain monday.pcap.gz tuesday.pcap.zst --json | jq -r .cause
  ssh host tcpdump -i any -s 256 -U -w - tcp | resetlab explain -
  resetlab explain "upstream prematurely closed connection"`,
  )
  .action(async (words: string[], options: ExplainOptions) => {
    const { explain } = await import('./explain.ts');
    process.exitCode = await explain(words, options);
  });

program
  .command('cause')
  .description('list the causes, or explain one at length')
  .argument('[id]', 'the id of a cause, such as linger-zero')
  .addOption(languageOption())
  .addOption(widthOption())
  .option('--color', 'colour even where the output is no terminal')
  .option('--no-color', 'no colour (as NO_COLOR)')
  .addHelpText(
    'after',
    `
Examples:
  resetlab cause
  resetlab cause keepalive-race
  resetlab cause keepalive-race --lang zh`,
  )
  .action(async (id: string | undefined, options: CauseOptions) => {
    const { tellCause } = await import('./cause.ts');
    process.exitCode = await tellCause(id, options);
  });

const collect = (word: string, before: readonly string[]): string[] => [...before, word];

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
    const { checkCaptures } = await import('./check.ts');
    process.exitCode = await checkCaptures(files, options);
  });

const lab = program
  .command('lab')
  .description('make each cause happen, in virtual time or on the kernel of this machine');

const stageOption = () =>
  new Option('--on <stage>', 'hosts in virtual time, or the Linux kernel in namespaces (as root)')
    .choices(['sim', 'linux'])
    .default('sim');

lab
  .command('list')
  .description('list the scenarios and their variants')
  .addOption(languageOption())
  .option('--color', 'colour even where the output is no terminal')
  .option('--no-color', 'no colour (as NO_COLOR)')
  .action(async (options: LabOptions) => {
    const { listScenarios } = await import('./lab.ts');
    process.exitCode = await listScenarios(options);
  });

lab
  .command('run')
  .description('play a scenario: the wire, the applications, the engine and the detective')
  .argument('<id>', 'a scenario, such as linger-zero')
  .option('--variant <name>', 'one of its variants (else the first)')
  .addOption(stageOption())
  .addOption(new Option('--seed <number>', 'of all chance').argParser(wholeNumber(0)).default(1))
  .addOption(
    new Option('--set <name=value>', 'a sysctl of both hosts, by its full name (may be repeated)')
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  )
  .option('--ipv6', 'IPv6 in place of IPv4')
  .option('--no-timestamps', 'without the timestamps option of TCP')
  .addOption(
    new Option('--at <end>', 'where to capture (any: on the server, all its interfaces; on linux)')
      .choices(['client', 'server', 'any'])
      .default('client'),
  )
  .option('--pcap <file>', 'write the capture as pcapng, with the cause of each reset as a comment')
  .option('--ladder', 'draw every connection, not only the first that broke')
  .option('--json', 'everything as one JSON object')
  .addOption(languageOption())
  .addOption(widthOption())
  .option('--color', 'colour even where the output is no terminal')
  .option('--no-color', 'no colour (as NO_COLOR)')
  .addHelpText(
    'after',
    `
Examples:
  resetlab lab run close-with-unread-data
  resetlab lab run time-wait-collision --variant rfc1337
  resetlab lab run read-shutdown --set resetlab.read_shutdown=reset
  resetlab lab run injected --at server --pcap injected.pcapng
  sudo resetlab lab run data-after-close --on linux`,
  )
  .action(async (id: string, options: LabRunOptions) => {
    const { runLab } = await import('./lab.ts');
    process.exitCode = await runLab(id, options);
  });

lab
  .command('score')
  .description('play every scenario in every way and score the detective')
  .addOption(stageOption())
  .addOption(new Option('--seed <number>', 'of all chance').argParser(wholeNumber(0)).default(1))
  .addOption(
    new Option('--jobs <number>', 'so many at a time, on linux')
      .argParser(wholeNumber(1))
      .default(6),
  )
  .action(async ({ on, seed, jobs }: { on: string; seed: number; jobs: number }) => {
    if (on === 'linux') {
      const { scoreOnLinux } = await import('./lab-on-linux.ts');
      process.exitCode = await scoreOnLinux(jobs);
      return;
    }
    const { scoreLab } = await import('./lab.ts');
    process.exitCode = await scoreLab(seed);
  });

lab
  .command('compare')
  .description('end the same connection by FIN and by RST, side by side')
  .addOption(languageOption())
  .addOption(widthOption())
  .option('--color', 'colour even where the output is no terminal')
  .option('--no-color', 'no colour (as NO_COLOR)')
  .action(async (options: LabOptions) => {
    const { compareLab } = await import('./lab.ts');
    process.exitCode = await compareLab(options);
  });

program
  .command('packetdrill')
  .description('play packetdrill scripts against our TCP, in virtual time')
  .argument('[script...]', 'scripts, or directories of them')
  .option('--suite <dir>', 'run all below, and name scripts from here')
  .option('--verdicts <file>', 'what is known of its scripts; only what differs from that fails')
  .addOption(
    new Option('--profile <system>', "whose behaviour the FreeBSD suite's scripts are held against")
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
    const { packetdrill } = await import('./packetdrill.ts');
    process.exitCode = await packetdrill(scripts, options);
  });

/** `resetlab capture.pcap` is what people type first. */
const forgottenCommand = (words: readonly string[]): string | undefined => {
  const [first = ''] = words;
  const isCommand = program.commands.some((command) => command.name() === first);
  if (isCommand || first.startsWith('-') || !existsSync(first)) return undefined;
  return `which command? Perhaps: resetlab explain ${words.join(' ')}`;
};

const main = async (words: readonly string[]): Promise<void> => {
  const forgotten = forgottenCommand(words);
  if (forgotten !== undefined) {
    process.stderr.write(`resetlab: ${forgotten}\n`);
    process.exitCode = WRONG;
    return;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? DONE : WRONG;
  }
};

await main(process.argv.slice(2));
// A read of standard input that nobody waits for any more would keep the process alive.
if (process.exitCode === INTERRUPTED) process.exit();
