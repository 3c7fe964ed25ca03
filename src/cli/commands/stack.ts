import { type Command, Option } from 'commander';
import type { StackOptions } from '../stack.ts';
import { collect, colorOption, languageOption, noColorOption, wholeNumber } from './options.ts';

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect).default([] as readonly string[], 'none');

/** `resetlab stack` */
export const addStack = (program: Command): void => {
  program
    .command('stack')
    .description('our TCP on a TUN device or a stream of frames, for other programs to talk to')
    .option('--tun <name>', 'a TUN device, made if there is none (Linux, as root)')
    .option(
      '--connect <place>',
      'Ethernet frames from a socket of passt or QEMU: path, or host:port',
    )
    .option('--listen <place>', 'the same, waiting for QEMU: path, or host:port')
    .addOption(
      several('--address <address/prefix>', 'of our host, such as 10.99.0.2/24; repeatable'),
    )
    .addOption(
      several('--kernel-address <address/prefix>', "of the kernel's end of --tun; repeatable"),
    )
    .addOption(several('--gateway <address>', 'to other networks, with --connect and --listen'))
    .option('--mac <address>', 'of our end, with --connect and --listen')
    .addOption(new Option('--mtu <bytes>', 'of the link').argParser(wholeNumber(68)))
    .option('--services <names>', 'echo, discard, chargen, http; with other ports as http=8080')
    .option('--no-services', 'none: every SYN is refused')
    .addOption(several('--set <name=value>', 'a sysctl, by its full name; repeatable'))
    .option('--json', 'one JSON object a line, a summary last')
    .addOption(languageOption())
    .addOption(colorOption())
    .addOption(noColorOption())
    .addHelpText(
      'after',
      `
Examples:
  sudo resetlab stack --tun rl0 --address 10.99.0.2/24 --kernel-address 10.99.0.1/24
  curl http://10.99.0.2/reset/linger-zero

  passt --foreground --socket /tmp/passt.sock --address 10.99.0.2 --netmask 24 \\
        --gateway 10.99.0.1 --tcp-ports 8080
  resetlab stack --connect /tmp/passt.sock --address 10.99.0.2/24 --services http=8080
  curl http://127.0.0.1:8080/reset/linger-zero

Ctrl-C ends it with a summary.`,
    )
    .action(async (options: StackOptions) => {
      const { runStack } = await import('../stack.ts');
      process.exitCode = await runStack(options);
    });
};
