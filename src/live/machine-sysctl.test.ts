import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lend, sweepMachineSysctls } from './machine-sysctl.ts';
import { whatIsMissing } from './requirements.ts';

const BUILT = fileURLToPath(new URL('../../dist/live/machine-sysctl.js', import.meta.url));
const NAME = 'net.ipv4.tcp_mem';
const SETTING = '/proc/sys/net/ipv4/tcp_mem';
const NOTE = '/run/resetlab-sysctl';

const missing = whatIsMissing();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const usual = missing === undefined ? readFileSync(SETTING, 'utf8').trim() : '';

/** One page less than usual disturbs nobody. */
const oneLess = usual.replace(/\d+$/, (most) => String(Number(most) - 1));
const setting = (): string => readFileSync(SETTING, 'utf8').trim();

/** Whether this process has the setting now; other laboratories of the machine may. */
const noteOf = (pid: number): boolean =>
  existsSync(NOTE) && readFileSync(NOTE, 'utf8').startsWith(`${pid} `);

describe.skipIf(missing !== undefined)('a setting of the whole machine', () => {
  it('can be changed by the path that is lent, and is as usual when it is taken back', async () => {
    const { path, takeBack } = await lend(NAME);
    try {
      writeFileSync(path, oneLess);
      expect(setting()).not.toBe(usual);
    } finally {
      takeBack();
    }
    expect(setting()).toBe(usual);
    expect(noteOf(process.pid)).toBe(false);
  });

  it('is lent to one at a time: who waits takes no change for the usual value', async () => {
    const first = await lend(NAME);
    const waiting = lend(NAME);
    writeFileSync(first.path, oneLess);
    // Time enough to be lent, were it not taken.
    await sleep(50);
    first.takeBack();
    const second = await waiting;
    second.takeBack();
    expect(setting()).toBe(usual);
  });

  it('is restored by the next laboratory if who changed it has crashed', () => {
    const program = `
      const { lend } = await import('${BUILT}');
      const { writeFileSync } = await import('node:fs');
      writeFileSync((await lend('${NAME}')).path, '${oneLess}');
      process.kill(process.pid, 'SIGKILL');`;
    const { pid } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(noteOf(pid)).toBe(true);
    expect(setting()).not.toBe(usual);
    sweepMachineSysctls();
    expect(setting()).toBe(usual);
    expect(noteOf(pid)).toBe(false);
  });
});
