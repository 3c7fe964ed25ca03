#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { addAnnotate } from './commands/annotate.ts';
import { addCause } from './commands/cause.ts';
import { addCheck } from './commands/check.ts';
import { addExplain } from './commands/explain.ts';
import { addFaults } from './commands/faults.ts';
import { addLab } from './commands/lab.ts';
import { addPacketdrill } from './commands/packetdrill.ts';
import { addQuery } from './commands/query.ts';
import { addReport } from './commands/report.ts';
import { addServe } from './commands/serve.ts';
import { addStack } from './commands/stack.ts';
import { addSubmit } from './commands/submit.ts';
import { addTimers } from './commands/timers.ts';
import { addWatch } from './commands/watch.ts';
import { addWorker } from './commands/worker.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { version } from './version.ts';

// The heap may grow by a fifth before it is tidied: what lives is small, and what dies is much.
setFlagsFromString('--heap-growing-percent=20');

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
  resetlab report capture.pcapng            the same as a page, for a ticket
  resetlab cause close-with-unread-data     one cause at length
  resetlab check capture.pcap               for CI: exit 1 on an unexpected reset
  resetlab watch                            each reset as it happens
  resetlab timers alb=60 node=5             which idle timer is too short
  resetlab lab run linger-zero              make one happen, on two simulated hosts
  resetlab faults --list                    make one happen to your own client, in a test
  resetlab stack --help                     our TCP on the wire, for curl to talk to
  resetlab serve                            all of it in a browser, step by step

Exit codes: 0 done, 1 check found something, 2 the call or its input was wrong.`,
  );

const COMMANDS = [
  addExplain,
  addReport,
  addAnnotate,
  addCause,
  addCheck,
  addWatch,
  addTimers,
  addSubmit,
  addQuery,
  addWorker,
  addLab,
  addPacketdrill,
  addFaults,
  addStack,
  addServe,
];
for (const add of COMMANDS) add(program);

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
