import { type Command, InvalidArgumentError, Option } from 'commander';
import { CAPTURE_PROGRAMS } from '../watch/capture-program.ts';
import type { WatchOptions } from '../watch.ts';
import { colorOption, languageOption, noColorOption, wholeNumber } from './options.ts';

/** `9464`, `127.0.0.1:9464`, `[::1]:9464`; on loopback unless told otherwise. */
const place = (word: string): { host: string; port: number } => {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(word) ?? [];
  const number = Number(port);
  if (port === '' || number > 65_535) {
    throw new InvalidArgumentError('It must be a port, or host:port.');
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: number };
};

/** `resetlab watch` */
export const addWatch = (program: Command): void => {
  program
    .command('watch')
    .description('tell each reset as it happens: on this machine, or from a pipe')
    .argument('[filter...]', 'what to capture (pcap-filter), or "-": a capture as it comes')
    .option('-i, --interface <device>', 'where to capture', 'any')
    .addOption(
      new Option(
        '--with <program>',
        'what captures (else tcpdump, or dumpcap if it alone is installed)',
      ).choices(CAPTURE_PROGRAMS),
    )
    .option('--json', 'one JSON object a line (as in a pipe)')
    .option('--lines', 'one line of text a reset (a terminal shows a screen otherwise)')
    .option('--no-kernel', "do not ask this machine's kernel for its reasons (needs root)")
    .option('--metrics <[host:]port>', 'serve Prometheus, on loopback unless told otherwise', place)
    .option('--save <dir>', 'write the packets before each reset to a small pcapng there')
    .addOption(limit('--save-limit <number>', 'files at most', 1000))
    .addOption(limit('--segments <number>', 'packets at most in a file', 200))
    .addOption(limit('--ring <MiB>', 'memory for the last packets, with --save', 64))
    .addOption(limit('--connections <number>', 'followed at a time', 50_000))
    .addOption(languageOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
Examples:
  sudo resetlab watch
  sudo resetlab watch -i eth0 --save resets tcp port 443
  resetlab watch --with dumpcap -i eth0
  sudo resetlab watch --metrics 9464 | jq -r .cause
  ssh host tcpdump -i any -s 256 -U -w - tcp | resetlab watch -`,
    )
    .action(async (filter: string[], options: WatchOptions) => {
      const { watch } = await import('../watch.ts');
      process.exitCode = await watch(filter, options);
    });
};

const limit = (flags: string, description: string, value: number): Option =>
  new Option(flags, description).argParser(wholeNumber(1)).default(value);
