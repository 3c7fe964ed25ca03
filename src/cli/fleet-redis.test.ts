import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { installed } from '../../test/tools.ts';
import { refused, tinyCapture } from '../reading/tiny-capture.fixture.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-redis-'));
const at = (name: string) => join(folder, name);
const hasRedis = installed('redis-server', '--version');
const SLOW = { timeout: 240_000 };

const children = new Set<ChildProcess>();
const started = (
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess => {
  const child = spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};
const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};
afterEach(() => Promise.all([...children].map(killed)));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of this process alone, where all of 127/8 is the machine's own: nobody else takes its ports. */
const HOST =
  process.platform === 'linux'
    ? `127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`
    : '127.0.0.1';
/** Below those that are given to whoever asks for any. */
let lastPort = 26_400;
const ownPort = (): number => ++lastPort;

/** A Redis of its own; it keeps what it holds over a restart, or not. */
const redisAt = async (port: number, keeps: 'yes' | 'no', ...more: readonly string[]) => {
  const directory = at(`redis-${port}`);
  mkdirSync(directory, { recursive: true });
  const where = ['--port', String(port), '--bind', HOST, '--dir', directory];
  const redis = started('redis-server', [...where, '--save', '', '--appendonly', keeps, ...more]);
  await said(redis, /Ready to accept connections/);
  return redis;
};

const said = (child: ChildProcess, what: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    const hear = (piece: Buffer): void => {
      text += piece.toString();
      if (what.test(text)) resolve();
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('exit', () => reject(new Error(`ended, having said: ${text}`)));
  });

const finished = async (child: ChildProcess) => {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr!.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

const resetlab = (...words: readonly string[]) => started(process.execPath, [MAIN, ...words]);
const ready = async (child: ChildProcess): Promise<ChildProcess> => {
  await said(child, /ready for work/);
  return child;
};
const worker = (redis: string, store: string): Promise<ChildProcess> =>
  ready(resetlab('worker', '--redis', redis, '--store', store));

/** In the midst of a capture: tells by the file `held` that it is there, goes on when there is `go`. */
const HOLD = `
  const fs = require('node:fs');
  const { openSync, readSync } = fs;
  const [capture, folder] = [process.env.HELD_CAPTURE, process.env.HELD_FOLDER];
  const held = new Set();
  fs.openSync = (path, ...how) => {
    const descriptor = openSync(path, ...how);
    if (String(path).endsWith(capture)) held.add(descriptor);
    else held.delete(descriptor);
    return descriptor;
  };
  fs.readSync = (descriptor, ...how) => {
    const got = readSync(descriptor, ...how);
    if (!held.has(descriptor)) return got;
    fs.writeFileSync(folder + '/held', '');
    const nothing = new Int32Array(new SharedArrayBuffer(4));
    while (!fs.existsSync(folder + '/go')) Atomics.wait(nothing, 0, 0, 20);
    return got;
  };
  require('node:module').syncBuiltinESMExports();`;

/** A worker that stops in the midst of a capture, until it may go on. */
const holdingWorker = async (redis: string, store: string, capture: string) => {
  const signs = at(`${store}-signs`);
  mkdirSync(signs);
  const preload = at('hold.cjs');
  writeFileSync(preload, HOLD);
  const words = ['--require', preload, MAIN, 'worker', '--redis', redis, '--store', store];
  const env = { ...process.env, HELD_CAPTURE: capture, HELD_FOLDER: signs };
  const child = await ready(started(process.execPath, words, env));
  const isThere = async (): Promise<void> => {
    while (!existsSync(join(signs, 'held'))) await sleep(5);
  };
  return { child, isThere, goOn: () => writeFileSync(join(signs, 'go'), '') };
};

const PCAP_HEADER = 24;
/** A segment of `tinyCapture` in the file. */
const RECORD = 56;

/**
 * A capture that takes a while: refused connections, and between them the same acknowledgement
 * again and again; cut into as many files as there are refusals in it.
 */
const long = (
  name: string,
  files: number,
  megabytes: number,
): { whole: string; cuts: string[] } => {
  const capture = refused(files);
  const header = capture.subarray(0, PCAP_HEADER);
  const ack = tinyCapture([{ from: 'client', flags: 16, seq: 9, ack: 9, port: 50_000 }]);
  const filler = Buffer.alloc(Math.floor((megabytes << 20) / RECORD) * RECORD);
  filler.fill(ack.subarray(PCAP_HEADER));
  const bodies = Array.from({ length: files }, (_, index) => {
    const from = PCAP_HEADER + index * 2 * RECORD;
    const [syn, reset] = [0, RECORD].map((more) =>
      capture.subarray(from + more, from + more + RECORD),
    );
    return Buffer.concat([syn!, filler, reset!]);
  });
  writeFileSync(at(`${name}.pcap`), Buffer.concat([header, ...bodies]));
  const cuts = bodies.map((body, index) => {
    const file = `${name}-${index}.pcap`;
    writeFileSync(at(file), Buffer.concat([header, body]));
    return file;
  });
  return { whole: `${name}.pcap`, cuts };
};

const explained = async (file: string): Promise<string> =>
  (await finished(resetlab('explain', '--json', file))).stdout;

describe.skipIf(!hasRedis)('workers at Redis', SLOW, () => {
  it('say together what one says, and what explain says', async () => {
    const port = ownPort();
    await redisAt(port, 'no');
    const url = `redis://${HOST}:${port}`;
    const { whole, cuts } = long('team', 6, 1);
    const expected = await explained(whole);
    for (const [store, workers] of [
      ['team1', 1],
      ['team4', 4],
    ] as const) {
      const hands = await Promise.all(Array.from({ length: workers }, () => worker(url, store)));
      const words = ['submit', ...cuts, '--store', store, '--redis', url, '--json'];
      const { stdout, status } = await finished(resetlab(...words));
      expect({ stdout, status }).toEqual({ stdout: expected, status: 0 });
      await Promise.all(hands.map(killed));
    }
  });

  it('may be killed in the middle of a job: nothing is lost, nothing counts twice', async () => {
    const port = ownPort();
    await redisAt(port, 'no');
    const url = `redis://${HOST}:${port}`;
    const { whole, cuts } = long('killed', 4, 2);
    const expected = await explained(whole);
    const first = await holdingWorker(url, 'killed', cuts[2]!);
    const submission = finished(
      resetlab('submit', ...cuts, '--store', 'killed', '--redis', url, '--json'),
    );
    await first.isThere();
    await killed(first.child);
    const digests = existsSync(at('killed/digests')) ? readdirSync(at('killed/digests')) : [];
    expect(digests.length, 'killed before all was read').toBeLessThan(cuts.length);
    await worker(url, 'killed');
    const { stdout, status } = await submission;
    expect({ stdout, status }).toEqual({ stdout: expected, status: 0 });
  });

  it.each([
    ['with what it held', 'yes'],
    ['with nothing', 'no'],
  ] as const)('go on when Redis was killed and comes back %s', async (_what, keeps) => {
    const port = ownPort();
    const redis = await redisAt(port, keeps);
    const url = `redis://${HOST}:${port}`;
    const { whole, cuts } = long(`back-${keeps}`, 4, 2);
    const store = `back-${keeps}-store`;
    const expected = await explained(whole);
    const hand = await holdingWorker(url, store, cuts[2]!);
    const words = ['submit', ...cuts, '--store', store, '--redis', url, '--json'];
    const submitter = resetlab(...words);
    const submission = finished(submitter);
    await hand.isThere();
    const noticed = [submitter, hand.child].map((who) => said(who, /Redis does not answer/));
    await killed(redis);
    await Promise.all(noticed);
    hand.goOn();
    await redisAt(port, keeps);
    const { stdout, stderr, status } = await submission;
    expect({ stdout, status }).toEqual({ stdout: expected, status: 0 });
    expect(stderr).toMatch(/Redis does not answer; waiting for it\nresetlab: Redis answers again/);
    expect(hand.child.exitCode).toBeNull();
  });

  it('serve two submitters at once; the store then knows what both brought', async () => {
    const port = ownPort();
    await redisAt(port, 'no');
    const url = `redis://${HOST}:${port}`;
    const { whole, cuts } = long('both', 4, 1);
    const expected = await explained(whole);
    await worker(url, 'both');
    const submit = (...files: readonly string[]) =>
      finished(resetlab('submit', ...files, '--store', 'both', '--redis', url));
    const ends = await Promise.all([submit(...cuts.slice(0, 3)), submit(...cuts.slice(1))]);
    const quiet = { stderr: '', status: 0 };
    expect(ends.map(({ stderr, status }) => ({ stderr, status }))).toEqual([quiet, quiet]);
    const { stdout } = await finished(resetlab('submit', ...cuts, '--store', 'both', '--json'));
    expect(stdout).toBe(expected);
  });
});

describe.skipIf(!hasRedis)('an address that does not lead to work', SLOW, () => {
  it.each(['submit', 'worker'])('is told in one line by %s, without its password', async (who) => {
    const port = ownPort();
    await redisAt(port, 'no', '--requirepass', 'right');
    writeFileSync(at('small.pcap'), refused(2));
    const files = who === 'submit' ? ['small.pcap'] : [];
    const to = (url: string) =>
      finished(resetlab(who, ...files, '--store', `to-${who}`, '--redis', url));
    const nobody = ownPort();
    const refusedThere = await to(`redis://:right@${HOST}:${nobody}`);
    expect(refusedThere).toEqual({
      stdout: '',
      stderr: `resetlab: redis://${HOST}:${nobody}: connection refused: is Redis running there?\n`,
      status: 2,
    });
    const wrong = await to(`redis://:wrong-secret@${HOST}:${port}`);
    expect(wrong.stderr).toMatch(/^resetlab: redis:\S+: the password or the user is wrong\n$/);
    expect(wrong.stderr).not.toContain('secret');
    expect(wrong.status).toBe(2);
    const without = await to(`redis://${HOST}:${port}`);
    expect(without.stderr).toMatch(/^resetlab: redis:\S+: it wants a password/);
    const nonsense = await to(`:right@${HOST}:${port}`);
    expect(nonsense.stderr).toMatch(/^resetlab: no address of Redis/);
    expect(nonsense.stderr).not.toContain('right');
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: a disk of a few kilobytes needs root');

describe.skipIf(!isRoot)('a disk that is full', SLOW, () => {
  it('is told in one line; with room again the work goes on', async () => {
    const disk = at('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', disk]);
    try {
      writeFileSync(at('full.pcap'), refused(3000));
      const full = await finished(resetlab('submit', 'full.pcap', '--store', 'disk', '--json'));
      expect(full).toEqual({
        stdout: '',
        stderr: `resetlab: ${disk}: no space left on device\n`,
        status: 2,
      });
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const { stdout } = await finished(
        resetlab('submit', 'full.pcap', '--store', 'disk', '--json'),
      );
      expect(stdout).toBe(await explained('full.pcap'));
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
