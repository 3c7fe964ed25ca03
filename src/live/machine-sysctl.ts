import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './slot.ts';
import { undoAtExit } from './tidying.ts';

/** Settings that all namespaces of a machine share: only a single call may meet a change of one. */
export const OF_THE_MACHINE: readonly string[] = ['net.ipv4.tcp_max_orphans', 'net.ipv4.tcp_mem'];

/** Who changes one now, and how it was: another laboratory would take the change for the usual value. */
const NOTE = '/run/resetlab-sysctl';
const NOTED = /^(\d+)(?: (\S+)=(.*))?$/;

const PATIENCE_MS = 5000;
const PAUSE_MS = 2;

/** A setting that a process in a namespace may change by this path, until it is taken back. */
export interface Lent {
  readonly path: string;
  /** Restores the setting, should the process have died over it. */
  readonly takeBack: () => void;
}

/** Namespaces do not show what the whole machine shares; an open file of this process does. */
export const lend = async (name: string): Promise<Lent> => {
  const file = openSync(pathOf(name), 'r+');
  await becomeTheOnlyOne();
  const before = readFileSync(pathOf(name), 'utf8').trim();
  writeFileSync(NOTE, `${process.pid} ${name}=${before}`);
  const restore = (): void => {
    writeFileSync(pathOf(name), before);
    rmSync(NOTE);
  };
  const forget = undoAtExit(restore);
  const takeBack = (): void => {
    restore();
    forget();
    closeSync(file);
  };
  return { path: `/proc/${process.pid}/fd/${file}`, takeBack };
};

const becomeTheOnlyOne = async (): Promise<void> => {
  const until = performance.now() + PATIENCE_MS;
  while (!takesNote()) {
    if (performance.now() > until) throw new Error(`another laboratory does not let go of ${NOTE}`);
    sweepMachineSysctls();
    await sleep(PAUSE_MS);
  }
};

const takesNote = (): boolean => {
  try {
    writeFileSync(NOTE, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/** Restores what a process that is no more has changed. */
export const sweepMachineSysctls = (): void => {
  const [, owner, name, before] = NOTED.exec(noted() ?? '') ?? [];
  if (owner === undefined || isAlive(Number(owner))) return;
  if (name !== undefined && before !== undefined && OF_THE_MACHINE.includes(name)) {
    writeFileSync(pathOf(name), before);
  }
  rmSync(NOTE, { force: true });
};

/** Undefined if nobody changes anything now. */
const noted = (): string | undefined => {
  try {
    return readFileSync(NOTE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
};

const pathOf = (name: string): string => join('/proc/sys', ...name.split('.'));
