import { type Command, Option } from 'commander';
import type { LabOptions, LabRunOptions } from '../lab.ts';
import {
  collect,
  colorOption,
  languageOption,
  noColorOption,
  wholeNumber,
  widthOption,
} from './options.ts';

const stageOption = () =>
  new Option('--on <stage>', 'hosts in virtual time, or the Linux kernel in namespaces (as root)')
    .choices(['sim', 'linux'])
    .default('sim');

const addList = (lab: Command): void => {
  lab
    .command('list')
    .description('list the scenarios and their variants')
    .addOption(languageOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .action(async (options: LabOptions) => {
      const { listScenarios } = await import('../lab.ts');
      process.exitCode = await listScenarios(options);
    });
};

const addRun = (lab: Command): void => {
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
      new Option(
        '--at <end>',
        'where to capture (any: on the server, all its interfaces; on linux)',
      )
        .choices(['client', 'server', 'any'])
        .default('client'),
    )
    .option(
      '--pcap <file>',
      'write the capture as pcapng, with the cause of each reset as a comment',
    )
    .option('--ladder', 'draw every connection, not only the first that broke')
    .option('--json', 'everything as one JSON object')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
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
      const { runLab } = await import('../lab.ts');
      process.exitCode = await runLab(id, options);
    });
};

const addScore = (lab: Command): void => {
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
        const { scoreOnLinux } = await import('../lab-on-linux.ts');
        process.exitCode = await scoreOnLinux(jobs);
        return;
      }
      const { scoreLab } = await import('../lab.ts');
      process.exitCode = await scoreLab(seed);
    });
};

const addCompare = (lab: Command): void => {
  lab
    .command('compare')
    .description('end the same connection by FIN and by RST, side by side')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .action(async (options: LabOptions) => {
      const { compareLab } = await import('../lab.ts');
      process.exitCode = await compareLab(options);
    });
};

const addDifferential = (lab: Command): void => {
  lab
    .command('differential')
    .description(
      'random sequences of segments and calls, to the engine and to the kernel (as root)',
    )
    .addOption(
      new Option('--on <stage>', 'what the engine is compared with')
        .choices(['linux'])
        .default('linux'),
    )
    .addOption(
      new Option('--sequences <number>', 'so many').argParser(wholeNumber(1)).default(20_000),
    )
    .addOption(new Option('--seed <number>', 'of all chance').argParser(wholeNumber(0)).default(1))
    .addOption(
      new Option('--only <number>', 'play that one of them alone').argParser(wholeNumber(0)),
    )
    .addHelpText(
      'after',
      `
Examples:
  sudo resetlab lab differential
  sudo resetlab lab differential --seed 7 --only 4711`,
    )
    .action(async (options: { sequences: number; seed: number; only?: number }) => {
      const { runDifferential } = await import('../lab-differential.ts');
      process.exitCode = await runDifferential(options);
    });
};

/** `resetlab lab` */
export const addLab = (program: Command): void => {
  const lab = program
    .command('lab')
    .description('make each cause happen, in virtual time or on the kernel of this machine');
  for (const add of [addList, addRun, addScore, addCompare, addDifferential]) add(lab);
};
