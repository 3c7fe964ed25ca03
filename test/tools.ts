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

/** Runs a program on a file of these bytes, and returns what it printed, as text or as it is. */
export function runOn(input: Uint8Array, program: string, args: Arguments): string;
export function runOn(input: Uint8Array, program: string, args: Arguments, as: 'buffer'): Buffer;
export function runOn(
  input: Uint8Array,
  program: string,
  args: Arguments,
  as: 'utf8' | 'buffer' = 'utf8',
): string | Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-'));
  const path = join(folder, 'input');
  try {
    writeFileSync(path, input);
    return execFileSync(program, args(path), {
      encoding: as,
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Arguments = (path: string) => readonly string[];
