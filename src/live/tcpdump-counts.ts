import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between questions, and how often it is asked at most: a tcpdump that does not answer must not hold it up. */
const LOOK_MS = 20;
const MOST_LOOKS = 250;
/** So many answers alike, and nothing more comes, whatever the numbers are. */
const ALIKE = 10;

const COUNTS =
  /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped/g;

/**
 * Waits until tcpdump has taken all that the kernel holds for it on a device: what it has not taken when
 * it is interrupted is lost, which on a busy machine may be all. At SIGUSR1 it says how many it has, and
 * how many there were; elsewhere than on Linux that signal would end it.
 */
export const takesAll = async (tcpdump: ChildProcess, device: string): Promise<void> => {
  if (process.platform !== 'linux') return;
  let said = '';
  const listen = (piece: Buffer | string): void => void (said += piece.toString());
  tcpdump.stderr?.on('data', listen);
  for (let looks = 0; looks < MOST_LOOKS && tcpdump.exitCode === null; looks += 1) {
    if (tcpdump.signalCode !== null || hasAll(said, device)) break;
    tcpdump.kill('SIGUSR1');
    await sleep(LOOK_MS);
  }
  tcpdump.stderr?.off('data', listen);
};

const hasAll = (said: string, device: string): boolean => {
  const answers = [...said.matchAll(COUNTS)];
  const last = answers.at(-1);
  if (last === undefined) return false;
  const [captured = 0, received = 0, dropped = 0] = last.slice(1).map(Number);
  // On a loopback the kernel has each packet twice, on its way out and in, of which one is captured.
  const times = device === 'lo' ? 2 : 1;
  const alike = answers.slice(-ALIKE).filter(([answer]) => answer === last[0]).length;
  return times * captured + dropped >= received || alike === ALIKE;
};
