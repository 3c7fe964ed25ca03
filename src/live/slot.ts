import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACE = '/run';
const NAME = /^resetlab-slot-lab-(\d+)$/;
const SLOTS = 250;

/**
 * A number that no other laboratory on this machine has now: addresses come from it, by which the
 * kernel's trace is told apart.
 */
export const takeSlot = (): number => {
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    if (takes(slot)) return slot;
  }
  throw new Error(`all ${SLOTS} slots in ${PLACE} are taken`);
};

export const releaseSlot = (slot: number): void => {
  rmSync(pathOf(slot), { force: true });
};

export const isAlive = (process_: number): boolean => {
  try {
    return process.kill(process_, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Frees the slots of processes that are no more. */
export const sweepSlots = (): void => {
  for (const name of readdirSync(PLACE)) {
    const [, slot] = NAME.exec(name) ?? [];
    if (slot === undefined) continue;
    const owner = ownerOf(Number(slot));
    if (owner !== undefined && !isAlive(owner)) releaseSlot(Number(slot));
  }
};

const takes = (slot: number): boolean => {
  try {
    writeFileSync(pathOf(slot), String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/** Undefined while its owner has not written yet, or has just gone. */
const ownerOf = (slot: number): number | undefined => {
  try {
    const pid = Number(readFileSync(pathOf(slot), 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return;
  }
};

const pathOf = (slot: number): string => join(PLACE, `resetlab-slot-lab-${slot}`);
