import { execFile, execFileSync } from 'node:child_process';

/** Runs a program to its end and returns what it printed; throws with its own words if it fails. */
export const run = (program: string, ...words: readonly string[]): Promise<string> =>
  runWith('', program, ...words);

/** The same with text for its standard input. */
export const runWith = (
  input: string,
  program: string,
  ...words: readonly string[]
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(program, words, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${words.join(' ')}: ${stderr.trim() || error.message}`));
    });
    // A program that ends before it has read all breaks the pipe; its exit code tells more.
    child.stdin?.on('error', () => {}).end(input);
  });

/** The same, waiting, for the last moments of a process; what it printed, or undefined if it failed. */
export const runNow = (program: string, ...words: readonly string[]): string | undefined => {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return;
  }
};
