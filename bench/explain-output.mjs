import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { inShell } from './measure.mjs';

/**
 * The command under measurement.
 * @param {string | undefined} cli by default the built one
 * @param {string} file or `-`
 */
export const explainCommand = (cli, file) => [
  process.execPath,
  cli ?? fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)),
  'explain',
  '--json',
  file,
];

/**
 * What `explain --json` says of a capture, a line at a time.
 * @param {string | undefined} cli
 * @param {string} file or `-`
 * @param {string} [fedFrom] the file that `cat` then feeds to its standard input
 * @returns {AsyncGenerator<any, void, void>}
 */
export async function* explained(cli, file, fedFrom) {
  const child = spawn('/bin/sh', inShell(explainCommand(cli, file), fedFrom), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  const code = await closed;
  if (code !== 0) throw new Error(`explain ended with ${code} on ${file}`);
}
