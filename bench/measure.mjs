/**
 * One whole process, measured from outside: wall time by this process's monotonic clock around the
 * call (a few milliseconds of starting included, the same for all), CPU time and peak resident
 * memory by GNU time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Measurement
 * @property {number} wallSeconds
 * @property {number} cpuSeconds user and system; of a fed process without whoever feeds it
 * @property {number} rssBytes at the peak
 */

/** Where a program is, or undefined. @param {string} program */
export const which = (program) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((path) => existsSync(path));

/** The Debian packages of the programs that the benchmark can use. */
const DEBIAN_PACKAGE = /** @type {Record<string, string>} */ ({
  time: 'time',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  editcap: 'wireshark-common',
  tcptrace: 'tcptrace',
});

/**
 * @param {string[]} programs
 * @returns {string | undefined} what to install, where one is missing
 */
export const missing = (programs) => {
  const absent = programs.filter((program) => which(program) === undefined);
  if (absent.length === 0) return undefined;
  const packages = absent.map((program) => DEBIAN_PACKAGE[program]);
  return `no ${absent.join(', ')} here (Debian: apt-get install ${packages.join(' ')})`;
};

const SCRIPT = 'in=$1; shift; if [ "$in" ]; then cat "$in" | "$@"; else exec "$@"; fi';

/**
 * Arguments for `/bin/sh` that run a command.
 * @param {string[]} command program and arguments
 * @param {string} [fedFrom] a file that `cat` feeds to its standard input through a pipe
 */
export const inShell = (command, fedFrom = '') => ['-c', SCRIPT, 'sh', fedFrom, ...command];

/**
 * @param {string[]} command program and arguments; its standard output is thrown away
 * @param {string} [fedFrom] a file that `cat` feeds to its standard input through a pipe
 * @returns {Measurement}
 */
export const measure = (command, fedFrom) => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const report = join(directory, 'time');
  const timed = [/** @type {string} */ (which('time')), '-f', '%U %S %M', '-o', report, ...command];
  const began = performance.now();
  const ended = spawnSync('/bin/sh', inShell(timed, fedFrom), {
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 26,
  });
  const wallSeconds = (performance.now() - began) / 1000;
  const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : [];
  rmSync(directory, { recursive: true });
  if (ended.status !== 0) {
    throw new Error(`${command.join(' ')} ended with ${ended.status}: ${String(ended.stderr)}`);
  }
  const [user, system, kibibytes] = /** @type {string} */ (lines.at(-1)).split(' ').map(Number);
  return { wallSeconds, cpuSeconds: user + system, rssBytes: kibibytes * 1024 };
};

/** @param {number[]} values at least one */
const median = (values) => {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Each figure's own median.
 * @param {Measurement[]} measurements
 * @returns {Measurement}
 */
export const medianOf = (measurements) => ({
  wallSeconds: median(measurements.map(({ wallSeconds }) => wallSeconds)),
  cpuSeconds: median(measurements.map(({ cpuSeconds }) => cpuSeconds)),
  rssBytes: median(measurements.map(({ rssBytes }) => rssBytes)),
});
