/**
 * Throughput of a fleet: one capture, cut into files, done by one worker and by two, each time from
 * nothing, at a Redis of its own. Workers live long: each has done as much before, as often as `--before`
 * says, with its words in another language; what was found then is removed. The answer must be the same
 * every time.
 *
 * What two workers could reach at most, the machine says: two fleets of one worker each, with a store
 * each and nothing in common, do the same at once.
 *
 *     node bench/fleet.mjs --capture bench/captures/bytes.pcap [--files 16] [--runs 3] [--workers 1,2] [--before 1]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();

/**
 * @param {string} program
 * @param {readonly string[]} words
 */
const started = (program, words) => {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {RegExp} what
 */
const said = (child, what) =>
  new Promise((resolve, reject) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece) => {
        text += String(piece);
        if (what.test(text)) resolve(undefined);
      });
    }
    child.once('exit', () => reject(new Error(`ended, having said: ${text}`)));
  });

/** @param {import('node:child_process').ChildProcess} child */
const killed = async (child) => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/**
 * Cuts a little-endian pcap into so many files of about the same size.
 *
 * @param {string} capture
 * @param {number} files
 * @param {string} folder
 */
const cut = (capture, files, folder) => {
  const bytes = readFileSync(capture);
  const header = bytes.subarray(0, PCAP_HEADER);
  const names = [];
  let from = PCAP_HEADER;
  for (let at = from; at < bytes.length;) {
    at += RECORD_HEADER + bytes.readUInt32LE(at + 8);
    const isFull = at - PCAP_HEADER >= ((bytes.length - PCAP_HEADER) / files) * (names.length + 1);
    if (!isFull && at < bytes.length) continue;
    const name = join(folder, `part-${String(names.length).padStart(4, '0')}.pcap`);
    writeFileSync(name, Buffer.concat([header, bytes.subarray(from, at)]));
    names.push(name);
    from = at;
  }
  return names;
};

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return address.port;
};

/**
 * Nothing is known of any capture any more.
 *
 * @param {string} store
 */
const empty = (store) => {
  for (const found of ['digests', 'tables', 'current.json']) {
    rmSync(join(store, found), { recursive: true });
  }
};

/**
 * A fleet that is warm, its store empty again.
 *
 * @param {readonly string[]} files
 * @param {string} store
 * @param {string} redis
 * @param {number} workers
 * @param {number} before
 */
const warmFleet = async (files, store, redis, workers, before) => {
  mkdirSync(store);
  const hands = [];
  for (let hand = 0; hand < workers; hand++) {
    hands.push(started(process.execPath, [MAIN, 'worker', '--redis', redis, '--store', store]));
  }
  await Promise.all(hands.map((hand) => said(hand, /ready for work/)));
  const words = ['submit', ...files, '--store', store, '--redis', redis];
  for (let round = 0; round < before * workers; round++) {
    await outputOf([...words, '--lang', 'zh']);
    empty(store);
  }
  const seconds = async () => {
    const began = performance.now();
    await outputOf(words);
    return (performance.now() - began) / 1000;
  };
  return { hands, store, seconds };
};

/**
 * A hash of all rows; afterwards nothing is left of the fleet.
 *
 * @param {Awaited<ReturnType<typeof warmFleet>>} fleet
 */
const endOf = async ({ hands, store }) => {
  await Promise.all(hands.map(killed));
  const rows = await outputOf(['query', '--store', store, '--csv', ROWS]);
  rmSync(store, { recursive: true });
  return rows;
};

/**
 * Seconds from submission to its end, and a hash of all rows.
 *
 * @param {readonly string[]} files
 * @param {string} store
 * @param {string} redis
 * @param {number} workers
 * @param {number} before
 */
const measured = async (files, store, redis, workers, before) => {
  const fleet = await warmFleet(files, store, redis, workers, before);
  return { seconds: await fleet.seconds(), rows: await endOf(fleet) };
};

/**
 * How much two fleets of one worker each, that have nothing in common, do at once: so many times what
 * one of them does alone.
 *
 * @param {readonly string[]} files
 * @param {string} folder
 * @param {string} redis
 * @param {number} before
 */
const ceiling = async (files, folder, redis, before) => {
  const fleets = [];
  for (const name of ['alone', 'beside']) {
    fleets.push(await warmFleet(files, join(folder, name), redis, 1, before));
  }
  const [first] = fleets;
  if (first === undefined) throw new Error('no fleet');
  const alone = await first.seconds();
  empty(first.store);
  const both = Math.max(...(await Promise.all(fleets.map(({ seconds }) => seconds()))));
  await Promise.all(fleets.map(endOf));
  return (2 * alone) / both;
};

const ROWS = 'select json from verdicts order by frame';

/**
 * A hash of what resetlab prints.
 *
 * @param {readonly string[]} words
 */
const outputOf = async (words) => {
  const child = started(process.execPath, [MAIN, ...words]);
  const hash = createHash('sha256');
  child.stdout?.on('data', (piece) => hash.update(piece));
  child.stderr?.pipe(process.stderr);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${words[0]} ended with ${status}`);
  return hash.digest('hex');
};

/** @param {readonly number[]} all */
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1] ?? NaN;

const main = async () => {
  const { values } = parseArgs({
    options: {
      capture: { type: 'string' },
      files: { type: 'string', default: '16' },
      runs: { type: 'string', default: '3' },
      workers: { type: 'string', default: '1,2' },
      before: { type: 'string', default: '1' },
    },
  });
  if (values.capture === undefined) throw new Error('--capture FILE');
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-bench-fleet-'));
  const port = await freePort();
  const here = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const redis = started('redis-server', [...here, '--save', '', '--appendonly', 'no']);
  try {
    await said(redis, /Ready to accept connections/);
    const files = cut(values.capture, Number(values.files), folder);
    const counts = values.workers.split(',').map(Number);
    /** @type {Map<number, number[]>} */
    const seconds = new Map(counts.map((count) => [count, []]));
    const ceilings = [];
    const answers = new Set();
    const before = Number(values.before);
    const where = `redis://127.0.0.1:${port}`;
    // One after the other in each round: what else the machine does then meets all alike.
    for (let run = 0; run < Number(values.runs); run++) {
      for (const count of counts) {
        const one = await measured(
          files,
          join(folder, `store-${run}-${count}`),
          where,
          count,
          before,
        );
        seconds.get(count)?.push(one.seconds);
        answers.add(one.rows);
      }
      ceilings.push(await ceiling(files, folder, where, before));
    }
    const megabytes = statSync(values.capture).size / 1e6;
    const base = median(seconds.get(counts[0] ?? 1) ?? []);
    for (const [count, all] of seconds) {
      const middle = median(all);
      const rate = (megabytes / middle).toFixed(0);
      const times = (base / middle).toFixed(2);
      console.log(`${count} workers: ${middle.toFixed(2)} s, ${rate} MB/s, ${times} times`);
    }
    console.log(
      `two fleets with nothing in common: ${median(ceilings).toFixed(2)} times one of them`,
    );
    console.log(answers.size === 1 ? 'the same answer every time' : 'DIFFERENT ANSWERS');
    if (answers.size !== 1) process.exitCode = 1;
  } finally {
    await Promise.all([...children].map(killed));
    rmSync(folder, { recursive: true });
  }
};

await main();
