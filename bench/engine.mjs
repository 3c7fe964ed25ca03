/**
 * Measures the TCP engine, two hosts in one process over a link that loses nothing, and prints
 * Markdown. Each row is a process of its own.
 *
 *     node bench/engine.mjs [--only bulk,idle,time-wait,flood,scale] [--runs 3] [--bytes 2e9]
 *
 * Wants a build (`npm run build`). Exits with 1 where something was not as it must be, say a
 * legitimate client that did not connect; a missed goal is only said.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Segment } from '../dist/wire/segment.js';
import { writeSegment } from '../dist/wire/segment-out.js';
import { address, FEW_SLOTS, Pair, valueOf } from './two-hosts.mjs';

/** @typedef {{ what: string, measured: string, goal: string, met: boolean }} Row */

const megabytes = () => {
  // The second gives back what the first has freed.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
};

const count = (/** @type {number} */ value) => Math.round(value).toLocaleString('en');

/** One connection, as fast as it goes. @param {number} bytes @returns {Row} */
const bulk = (bytes) => {
  const pair = new Pair(undefined, FEW_SLOTS);
  const listener = pair.listen();
  const client = pair.dial(pair.client.process('client'));
  valueOf(client.setsockopt('SO_SNDBUF', 1 << 19));
  pair.settle();
  const server = valueOf(listener.accept());
  server.nonBlocking = true;
  const text = new Uint8Array(1 << 16).fill(7);
  const into = new Uint8Array(1 << 18);
  const transfer = (/** @type {number} */ wanted) => {
    let received = 0;
    while (received < wanted) {
      client.write(text);
      pair.step();
      for (;;) {
        const { result } = server.read(into);
        if (typeof result !== 'number' || result === 0) break;
        received += result;
      }
    }
    return received;
  };
  transfer(bytes / 10);
  const before = pair.toServer.large;
  const began = performance.now();
  const received = transfer(bytes);
  const seconds = (performance.now() - began) / 1000;
  const rate = (pair.toServer.large - before) / seconds;
  const gigabits = (received * 8) / seconds / 1e9;
  return {
    what: 'bulk transfer, segments of 1448 bytes, checksums made and verified',
    measured: `${count(rate)} data segments/s (${gigabits.toFixed(1)} Gbit/s)`,
    goal: '700,000',
    met: rate >= 700_000,
  };
};

const CONNECTIONS = 100_000;
/** Connections of a client to one port of the server: no more than it finds local ports for at once. */
const A_PORT = 25_000;

const wideRange = (/** @type {any} */ settings) => {
  settings.ip_local_port_range = [1024, 65_535];
};

/**
 * Connects so many times, from port 1000 of the server on; `after` has each batch of both ends.
 * @param {Pair} pair
 * @param {number} connections
 * @param {(clients: any[], servers: any[]) => void} after
 * @param {number} firstPort
 */
const connectMany = (pair, connections, after, firstPort = 1000) => {
  const dialler = pair.client.process('many');
  for (let made = 0, port = firstPort; made < connections; port += 1) {
    const listener = pair.listen(4096, port);
    for (let here = 0; here < A_PORT && made < connections; here += 500, made += 500) {
      const clients = Array.from({ length: 500 }, () => pair.dial(dialler, port));
      pair.settle();
      after(clients, acceptAll(listener));
    }
  }
};

/** So that what a host takes once does not count for its connections. */
const WARM_UP = 5000;

/** @param {Pair} pair @param {any[]} first @param {any[]} second */
const closeAll = (pair, first, second) => {
  for (const socket of first) socket.close();
  pair.settle();
  for (const socket of second) socket.close();
  pair.settle();
};

/** @param {any} listener @returns {any[]} */
const acceptAll = (listener) => {
  const accepted = [];
  for (;;) {
    const { result } = listener.accept();
    if (result instanceof Error) return accepted;
    accepted.push(result);
  }
};

/**
 * Both ends of each connection are in this process, so half of what they take is one host's.
 * @returns {Row}
 */
const idle = () => {
  const pair = new Pair(wideRange);
  connectMany(pair, WARM_UP, (clients, servers) => closeAll(pair, servers, clients), 900);
  const before = megabytes();
  /** @type {any[]} */
  const held = [];
  connectMany(pair, CONNECTIONS, (clients, servers) => held.push(clients, servers));
  // The delayed ACKs and whatever else a handshake leaves running.
  for (let ms = 0; ms < 2000; ms += 10) pair.step(10);
  const both = megabytes() - before;
  const { connections } = pair.server.counts();
  if (connections !== CONNECTIONS) throw new Error(`${connections} connections`);
  return {
    what: '100,000 idle connections, with their sockets',
    measured: `${count(both / 2)} MB (${count(both)} MB for both ends)`,
    goal: '250 MB',
    met: both / 2 < 250,
  };
};

const TIME_WAITS = 1_000_000;

/** A server that closes first, and so keeps TIME-WAIT; the whole process counts. @returns {Row} */
const timeWait = () => {
  const pair = new Pair((settings) => {
    settings.tcp_max_tw_buckets = TIME_WAITS * 2;
    wideRange(settings);
  });
  connectMany(pair, WARM_UP, (clients, servers) => closeAll(pair, clients, servers), 900);
  const base = megabytes();
  connectMany(pair, TIME_WAITS, (clients, servers) => closeAll(pair, servers, clients));
  const after = megabytes();
  const { timeWaits } = pair.server.counts();
  if (timeWaits !== TIME_WAITS) throw new Error(`${timeWaits} in TIME-WAIT`);
  return {
    what: '1,000,000 connections in TIME-WAIT',
    measured: `${count(after - base)} MB more than the ${count(base)} MB without`,
    goal: '150 MB',
    met: after - base < 150,
  };
};

/** @returns {Row} */
const flood = () => {
  const pair = new Pair();
  const listener = pair.listen(128);
  const synFrom = flooder();
  /** @param {number} from @param {number} to */
  const strike = (from, to) => {
    for (let at = from; at < to; at += 1) {
      const { syn, length } = synFrom(at);
      pair.server.packetArrives(syn, 0, length, pair.clock.now);
      pair.toClient.head = pair.toClient.tail;
    }
  };
  strike(0, 100_000);
  const before = megabytes();
  const began = performance.now();
  strike(100_000, 1_100_000);
  const seconds = (performance.now() - began) / 1000;
  const more = megabytes() - before;
  const client = pair.dial(pair.client.process('client'));
  pair.settle();
  client.write(new Uint8Array([1]));
  pair.settle();
  const server = valueOf(listener.accept());
  if (server.read(new Uint8Array(1)).result !== 1) throw new Error('the client was not let in');
  const { requests } = pair.server.counts();
  return {
    what: 'a flood of 1,000,000 SYNs; then a legitimate client connects',
    measured: `${more.toFixed(0)} MB more, ${requests} half-open, ${count(1e6 / seconds)} SYNs/s`,
    goal: 'flat',
    met: more < 10,
  };
};

const SYN_FLAG = 2;

/** SYNs, each from another endpoint than the last. */
const flooder = () => {
  const target = { address: address(65_000), port: 80 };
  const ip = { ttl: 64, id: 0, dontFragment: true };
  const segment = new Segment();
  segment.flags = SYN_FLAG;
  segment.window = 64_240;
  segment.mss = 1460;
  const syn = new Uint8Array(128);
  return (/** @type {number} */ at) => {
    const source = { address: address(2000 + (at >> 15)), port: 1024 + (at & 0x7fff) };
    segment.seq = at;
    return { syn, length: writeSegment(segment, source, target, ip, syn, 0, true) };
  };
};

/** Connect, ten requests and answers, close: the cost of one among ever more that are there. @returns {Row} */
const scale = () => {
  const rounds = 5000;
  const costs = [];
  for (const there of [1000, 10_000, 100_000]) {
    const pair = new Pair(wideRange);
    const listener = pair.listen();
    /** @type {any[]} */
    const held = [];
    connectMany(pair, there, (clients, servers) => held.push(clients, servers));
    const visitor = pair.client.process('visitor');
    visit(pair, listener, visitor, 2000);
    const began = performance.now();
    visit(pair, listener, visitor, rounds);
    costs.push(((performance.now() - began) * 1000) / rounds);
  }
  const [small, , large] = /** @type {[number, number, number]} */ (costs);
  return {
    what: 'connect, ten requests with answers, close, among 1,000, 10,000 and 100,000 connections',
    measured: costs.map((cost) => `${cost.toFixed(0)} us`).join(', '),
    goal: 'the same',
    met: large < small * 1.5,
  };
};

/** @param {Pair} pair @param {any} listener @param {any} process @param {number} rounds */
const visit = (pair, listener, process, rounds) => {
  const request = new Uint8Array(200);
  const answer = new Uint8Array(1000);
  const into = new Uint8Array(2000);
  for (let round = 0; round < rounds; round += 1) {
    const client = pair.dial(process);
    pair.settle();
    const server = valueOf(listener.accept());
    server.nonBlocking = true;
    for (let each = 0; each < 10; each += 1) {
      valueOf(client.write(request));
      pair.settle();
      valueOf(server.read(into));
      valueOf(server.write(answer));
      pair.settle();
      valueOf(client.read(into));
    }
    server.close();
    pair.settle();
    client.close();
    pair.settle();
  }
};

/** @type {Record<string, (bytes: number) => Row>} */
const TASKS = { bulk, idle, 'time-wait': timeWait, flood, scale };

/** @param {string} task @param {string} bytes @returns {Row} */
const inOwnProcess = (task, bytes) => {
  const command = ['--expose-gc', fileURLToPath(import.meta.url), '--task', task, '--bytes', bytes];
  const ended = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ended.status !== 0) throw new Error(`${task} ended with ${ended.status ?? ended.signal}`);
  return JSON.parse(ended.stdout);
};

const main = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: Object.keys(TASKS).join(',') },
      runs: { type: 'string', default: '1' },
      bytes: { type: 'string', default: '2e9' },
      task: { type: 'string' },
    },
  });
  const bytes = Number(values.bytes);
  if (values.task !== undefined) {
    const task = TASKS[values.task];
    if (task === undefined)
      throw new RangeError(`no ${values.task}: ${Object.keys(TASKS).join(', ')}`);
    process.stdout.write(JSON.stringify(task(bytes)));
    return;
  }
  console.log('| what | measured | goal | |\n| --- | --- | ---: | --- |');
  for (const task of values.only.split(',')) {
    for (let run = 0; run < Number(values.runs); run += 1) {
      const { what, measured, goal, met } = inOwnProcess(task, values.bytes);
      console.log(`| ${what} | ${measured} | ${goal} | ${met ? 'met' : 'missed'} |`);
    }
  }
  const cores = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}`;
  console.log(`\nNode ${process.version}; ${cores}; ${Math.round(totalmem() / 2 ** 30)} GiB`);
};

main();
