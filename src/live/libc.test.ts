import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadLibc } from './libc.ts';

const libc = await loadLibc();
if (typeof libc === 'string') console.warn(`skipped: ${libc}`);

it.skipIf(typeof libc === 'string')(
  'keeps why a call failed, whatever the runtime asks of the C library meanwhile',
  () => {
    if (typeof libc === 'string') return;
    expect(libc.close(-1)).toBe(-1);
    // open(2) by the runtime: ENOENT in this thread's errno.
    expect(existsSync('/none such')).toBe(false);
    expect(libc.errno()).toBe('EBADF');
    expect(libc.read(-1, new Uint8Array(1), 1)).toBe(-1);
    expect(existsSync('/none such')).toBe(false);
    expect(libc.errno()).toBe('EBADF');
    expect(libc.open('/none such', 0)).toBe(-1);
    expect(libc.errno()).toBe('ENOENT');
  },
);
