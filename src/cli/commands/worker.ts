import type { Command } from 'commander';
import type { WorkerOptions } from '../worker.ts';
import { wholeNumber } from './options.ts';

/** `resetlab worker` */
export const addWorker = (program: Command): void => {
  program
    .command('worker')
    .description('do the work that others submit, until Ctrl-C')
    .requiredOption('--redis <url>', 'the queue: redis://, rediss:// or the path of a Unix socket')
    .requiredOption('--store <dir>', 'the same directory as the submitters, shared by all workers')
    .option('--threads <number>', 'tasks at a time', wholeNumber(1), 1)
    .addHelpText(
      'after',
      `
A worker listens on nothing: it asks Redis for work, reads the captures where the submitter found
them, and writes to the store. It may be killed at any moment.

Example:
  resetlab worker --redis redis://:secret@queue:6379 --store /mnt/fleet --threads 4`,
    )
    .action(async (options: WorkerOptions) => {
      const { worker } = await import('../worker.ts');
      process.exitCode = await worker(options);
    });
};
