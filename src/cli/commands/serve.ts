import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ServeOptions } from '../serve.ts';
import { languageOption } from './options.ts';

const PORT = 8642;

/** `resetlab serve` */
export const addServe = (program: Command): void => {
  program
    .command('serve')
    .description('the workbench in a browser: captures, and the laboratory step by step')
    .addOption(
      new Option('--port <number>', 'where to listen; 0: any free port')
        .argParser(portNumber)
        .default(PORT),
    )
    .option('--host <name>', 'for whom; anything else than this machine wants a token', '127.0.0.1')
    .addOption(
      new Option(
        '--token <text>',
        'wanted of whoever opens it (else one is made where it is needed)',
      ).argParser(tokenText),
    )
    .addOption(
      new Option('--static <folder>', 'write the page there, for another web server').conflicts([
        'port',
        'host',
        'token',
      ]),
    )
    .addOption(languageOption())
    .addHelpText(
      'after',
      `
Captures are read in the browser and leave it for nowhere.

Examples:
  resetlab serve
  resetlab serve --port 0
  resetlab serve --host 0.0.0.0          for others too; prints the address with a token
  resetlab serve --static public         the same page as files`,
    )
    .action(async (options: ServeOptions) => {
      const { serve } = await import('../serve.ts');
      process.exitCode = await serve(options);
    });
};

const portNumber = (text: string): number => {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
};

const tokenText = (text: string): string => {
  if (!/^[\w.~-]{8,128}$/.test(text))
    throw new InvalidArgumentError('It must be 8 to 128 letters, digits, or any of "._~-".');
  return text;
};
