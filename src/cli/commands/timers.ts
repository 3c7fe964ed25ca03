import { type Command, Option } from 'commander';
import type { TimersOptions } from '../timers.ts';
import { colorOption, languageOption, noColorOption, widthOption } from './options.ts';

/** `resetlab timers` */
export const addTimers = (program: Command): void => {
  program
    .command('timers')
    .description('which idle timer is shorter than which: in a chain of products, or in captures')
    .argument('[chain or capture...]', 'name[=seconds] from client to server, or captures')
    .addOption(new Option('--list', 'the products whose timers are known'))
    .option('--json', 'one JSON object a line')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
A product has its own default unless a time is given: 60, 90s, 5m, never. Of a proxy with two
timers: name=towards-the-client/towards-the-server.

Examples:
  resetlab timers alb=60 node=5
  resetlab timers client=90 nginx=75/60 gunicorn
  resetlab timers client=900 nlb mysql
  resetlab timers capture.pcapng`,
    )
    .action(async (words: string[], options: TimersOptions) => {
      const { timers } = await import('../timers.ts');
      process.exitCode = await timers(words, options);
    });
};
