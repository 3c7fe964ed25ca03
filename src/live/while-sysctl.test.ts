import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { whileSysctl } from './while-sysctl.ts';

const folder = mkdtempSync(join(tmpdir(), 'resetlab-sysctl-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As the kernel prints them: several numbers apart by tabs. A plain file keeps what is not written over. */
const USUAL = '287898\t383867\t575796\n';
const file = join(folder, 'tcp_mem');
beforeEach(() => writeFileSync(file, USUAL));

const numbers = (): number[] => readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);

describe('a sysctl for one call', () => {
  it('has another last number during the call, and the usual ones after it', () => {
    expect(whileSysctl(file, 100_000, numbers)).toEqual([287_898, 383_867, 100_000]);
    expect(numbers()).toEqual([287_898, 383_867, 575_796]);
  });

  it('is put right where the call throws', () => {
    const fails = (): never => {
      throw new Error('EBADF');
    };
    expect(() => whileSysctl(file, 100_000, fails)).toThrow('EBADF');
    expect(numbers()).toEqual([287_898, 383_867, 575_796]);
  });
});
