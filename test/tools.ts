import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program that a test compares against is installed; if not, says what is skipped. */
export const installed = (program: string, ...versionArguments: readonly string[]): boolean => {
  try {
    execFileSync(program, versionArguments, { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`skipped: ${program} is not installed, so nothing is compared with it`);
    return false;
  }
};

/** Runs a program on a capture given as bytes, and returns what it printed. */
export const runOn = (
  capture: Uint8Array,
  program: string,
  args: (path: string) => readonly string[],
): string => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-'));
  const path = join(folder, 'capture');
  try {
    writeFileSync(path, capture);
    return execFileSync(program, args(path), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
