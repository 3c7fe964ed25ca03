import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './slot.ts';
import { undoAtExit } from './tidying.ts';

/** Settings that all namespaces of a machine share: who changes one must be alone, and restore it. */
export const OF_THE_MACHINE: readonly string[] = ['net.ipv4.tcp_max_orphans'];

const PLACE = '/run';
const NOTE = /^resetlab-sysctl-(\d+)$/;

/** Changes a setting until the function returned is called, or the process ends. */
export const changeForNow = (name: string, value: number | string): (() => void) => {
  const before = readFileSync(pathOf(name), 'utf8').trim();
  // Kept in a file as well, for whoever tidies up after a crash.
  const note = join(PLACE, `resetlab-sysctl-${process.pid}`);
  writeFileSync(note, `${name}=${before}`);
  writeFileSync(pathOf(name), String(value));
  const restore = (): void => {
    writeFileSync(pathOf(name), before);
    rmSync(note, { force: true });
  };
  const forget = undoAtExit(restore);
  return () => {
    restore();
    forget();
  };
};

/** Restores what processes that are no more have changed. */
export const sweepMachineSysctls = (): void => {
  for (const file of readdirSync(PLACE)) {
    const [, owner] = NOTE.exec(file) ?? [];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const note = join(PLACE, file);
    if (!existsSync(note)) continue;
    const [name = '', value = ''] = readFileSync(note, 'utf8').split('=');
    if (OF_THE_MACHINE.includes(name)) writeFileSync(pathOf(name), value);
    rmSync(note, { force: true });
  }
};

const pathOf = (name: string): string => join('/proc/sys', ...name.split('.'));
