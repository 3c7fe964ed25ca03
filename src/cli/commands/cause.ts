import type { Command } from 'commander';
import type { CauseOptions } from '../cause.ts';
import { colorOption, languageOption, noColorOption, widthOption } from './options.ts';

/** `resetlab cause` */
export const addCause = (program: Command): void => {
  program
    .command('cause')
    .description('list the causes, or explain one at length')
    .argument('[id]', 'the id of a cause, such as linger-zero')
    .addOption(languageOption())
    .addOption(widthOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
Examples:
  resetlab cause
  resetlab cause keepalive-race
  resetlab cause keepalive-race --lang zh`,
    )
    .action(async (id: string | undefined, options: CauseOptions) => {
      const { tellCause } = await import('../cause.ts');
      process.exitCode = await tellCause(id, options);
    });
};
