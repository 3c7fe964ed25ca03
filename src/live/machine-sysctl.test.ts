import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pass, until } from '../../test/waiting.ts';
import { lend, sweepMachineSysctls } from './machine-sysctl.ts';
import { whatIsMissing } from './requirements.ts';

const BUILT = fileURLToPath(new URL('../../dist/live/machine-sysctl.js', import.meta.url));
const NAME = 'net.ipv4.tcp_mem';
const SETTING = '/proc/sys/net/ipv4/tcp_mem';
const NOTE = '/run/resetlab-sysctl';

const missing = whatIsMissing();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

let usual: string;
/** One page less than usual disturbs nobody. */
let oneLess: string;
const setting = (): string => readFileSync(SETTING, 'utf8').trim();

/** Whether this process has the setting now; other laboratories of the machine may. */
const noteOf = (pid: number): boolean =>
  existsSync(NOTE) && readFileSync(NOTE, 'utf8').startsWith(`${pid} `);

/** Other laboratories of the machine may have it in between, and give it back too. */
const isAsUsual = (): boolean => setting() === usual;

describe.skipIf(missing !== undefined)('a setting of the whole machine', () => {
  beforeAll(async () => {
    const { takeBack } = await lend(NAME);
    usual = setting();
    takeBack();
    oneLess = usual.replace(/\d+$/, (most) => String(Number(most) - 1));
  });

  it('can be changed by the path that is lent, and is as usual when it is taken back', async () => {
    const { path, takeBack } = await lend(NAME);
    try {
      writeFileSync(path, oneLess);
      expect(setting()).not.toBe(usual);
    } finally {
      takeBack();
    }
    expect(noteOf(process.pid)).toBe(false);
    await until(isAsUsual);
  });

  it('is lent to one at a time: who waits takes no change for the usual value', async () => {
    const first = await lend(NAME);
    const waiting = lend(NAME);
    writeFileSync(first.path, oneLess);
    // Time enough to be lent, were it not taken.
    await pass(50);
    first.takeBack();
    const second = await waiting;
    second.takeBack();
    await until(isAsUsual);
    expect(noteOf(process.pid)).toBe(false);
  });

  it('is restored by the next laboratory if who changed it has crashed', async () => {
    // It says itself what it has changed: the next laboratory may be anybody's on this machine.
    const program = `
      const { lend } = await import('${BUILT}');
      const { readFileSync, writeFileSync, writeSync } = await import('node:fs');
      writeFileSync((await lend('${NAME}')).path, '${oneLess}');
      writeSync(1, readFileSync('${NOTE}', 'utf8').split(' ')[0] + ' ' + readFileSync('${SETTING}', 'utf8'));
      process.kill(process.pid, 'SIGKILL');`;
    const words = ['--input-type=module', '-e', program];
    const { pid, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect(stdout.trim()).toBe(`${pid} ${oneLess}`);
    sweepMachineSysctls();
    expect(noteOf(pid)).toBe(false);
    await until(isAsUsual);
  });
});
