import { type Command, Option } from 'commander';
import type { QueryOptions } from '../query.ts';

/** `resetlab query` */
export const addQuery = (program: Command): void => {
  program
    .command('query')
    .description('ask the verdicts in a store, in SQL')
    .argument('<sql>', 'over the tables verdicts, captures and problems')
    .requiredOption('--store <dir>', 'where `submit` and `worker` keep their tables')
    .addOption(new Option('--json', 'one JSON object a row').conflicts('csv'))
    .option('--csv', 'comma-separated values, names first (RFC 4180)')
    .addHelpText(
      'after',
      `
Examples:
  resetlab query --store fleet "select cause, count(*) from verdicts group by cause order by 2 desc"
  resetlab query --store fleet "select * from problems"
  resetlab query --store fleet "describe verdicts"
  resetlab query --store fleet --json "select capture, capture_frame, sender, cause from verdicts"`,
    )
    .action(async (sql: string, options: QueryOptions) => {
      const { query } = await import('../query.ts');
      process.exitCode = await query(sql, options);
    });
};
