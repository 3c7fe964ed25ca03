/**
 * Measures our TCP against the kernel's over TUN, beside native lwIP and the kernel itself on the same
 * path, and prints Markdown. As root on Linux, with gcc, iproute2, ping, iperf3, wrk and Debian's
 * liblwip-dev; in network namespaces of its own, which it removes.
 *
 *     node bench/stack.mjs [--only bulk,offload,ping,http] [--runs 5] [--seconds 2] [--lwip-source DIR]
 *
 * Wants a build (`npm run build`). Rivals take turns within each run, after a warm-up, and each figure
 * is the median of the runs. With --lwip-source (a checkout of lwIP 2.1 or later) lwIP is also built
 * from there, with a window of 1 MiB: Debian's has 64 KiB. A missed goal is only said.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPrograms } from './stack/build.mjs';
import { Stage } from './stack/stage.mjs';

/** @typedef {import('./stack/stage.mjs').Peer} Peer */
/** @typedef {{ runs: number, seconds: number, programs: import('./stack/build.mjs').Programs }} Plan */
/** @typedef {{ what: string, figures: number[], unit: string }} Series */

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'bulk,offload,ping,http' },
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'lwip-source': { type: 'string' },
  },
});

/** As long as a runtime that compiles as it goes takes to have compiled all that matters. */
const WARM_UP_SECONDS = 3;

/** @param {readonly number[]} figures */
const median = (figures) => {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** @type {Record<string, number>} */
const DIGITS = { ms: 3, 'Gbit/s': 2, 'requests/s': 0 };

/** @param {Series} series */
const row = ({ what, figures, unit }) => {
  const round = (/** @type {number} */ figure) => figure.toFixed(DIGITS[unit]);
  const range = `${round(Math.min(...figures))} to ${round(Math.max(...figures))}`;
  return `| ${what} | ${round(median(figures))} ${unit} | ${range} |`;
};

/** @param {string} title @param {readonly Series[]} rows @param {string} goal */
const tell = (title, rows, goal) => {
  console.log(
    `\n**${title}**\n\n| | median | of ${rows[0]?.figures.length} runs |\n| --- | ---: | --- |`,
  );
  for (const each of rows) console.log(row(each));
  console.log(`\n${goal}`);
};

/** @param {boolean} met @param {string} text */
const goal = (met, text) => `Goal: ${text}: ${met ? 'met' : 'missed'}.`;

/**
 * Each peer sends and receives once a run.
 * @param {Stage} stage @param {Record<string, Peer>} peers @param {Plan} plan
 */
const transfers = async (stage, peers, { runs, seconds, programs }) => {
  /** @type {Record<string, { receive: number[], send: number[] }>} */
  const found = {};
  for (const [name, peer] of Object.entries(peers)) {
    found[name] = { receive: [], send: [] };
    await stage.transfer(programs.bulk, peer, 'send', WARM_UP_SECONDS);
    await stage.transfer(programs.bulk, peer, 'receive', WARM_UP_SECONDS);
  }
  for (let run = 0; run < runs; run += 1) {
    for (const [name, peer] of Object.entries(peers)) {
      // What the kernel sends a peer receives.
      found[name].receive.push(await stage.transfer(programs.bulk, peer, 'send', seconds));
      found[name].send.push(await stage.transfer(programs.bulk, peer, 'receive', seconds));
    }
  }
  return found;
};

/** @param {Record<string, Record<string, number[]>>} found @param {string} direction @returns {Series[]} */
const seriesOf = (found, direction) =>
  Object.entries(found).map(([what, figures]) => ({
    what,
    figures: figures[direction],
    unit: 'Gbit/s',
  }));

/** @param {Stage} stage @param {Plan} plan */
const bulk = async (stage, plan) => {
  const { lwip } = plan.programs;
  /** @type {Record<string, Peer>} */
  const peers = { Resetlab: await stage.ours('plain') };
  for (const [name, program] of Object.entries(lwip)) peers[name] = await stage.lwip(program);
  const found = await transfers(stage, peers, plan);
  for (const direction of ['receive', 'send']) {
    const rows = seriesOf(found, direction);
    const [own, ...others] = rows.map(({ figures }) => median(figures));
    const best = Math.max(...others);
    const ratio = (own / best).toFixed(2);
    tell(
      `${direction}, one connection, MTU 1500, no offload`,
      rows,
      goal(own >= best, `lwIP's rate (${ratio} of the best)`),
    );
  }
};

/** @param {Stage} stage @param {Plan} plan */
const offload = async (stage, plan) => {
  const found = await transfers(stage, { Resetlab: await stage.ours('offload') }, plan);
  /** @type {number[]} */
  const kernel = [];
  for (let run = 0; run < plan.runs; run += 1) kernel.push(await stage.veth(plan.seconds));
  const least = Math.min(10, median(kernel) / 2);
  for (const direction of ['receive', 'send']) {
    const rows = seriesOf(found, direction);
    rows.push({ what: 'kernel to kernel, veth', figures: kernel, unit: 'Gbit/s' });
    tell(
      `${direction}, one connection, MTU 1500, checksums and segmentation left to the kernel`,
      rows,
      goal(median(rows[0].figures) >= least, `10 Gbit/s, or half of veth (${least.toFixed(1)})`),
    );
  }
};

/** @param {Stage} stage @param {Plan} plan */
const ping = async (stage, { runs, programs }) => {
  const [debian] = Object.entries(programs.lwip);
  /** @type {Record<string, Peer>} */
  const peers = {
    Resetlab: await stage.ours('plain'),
    'kernel, over a relay between two TUN devices': await stage.relayed(programs.relay),
    [debian[0]]: await stage.lwip(debian[1]),
  };
  const rows = Object.keys(peers).map((what) => ({
    what,
    figures: /** @type {number[]} */ ([]),
    unit: 'ms',
  }));
  for (const { what } of rows) await stage.ping(peers[what]);
  for (let run = 0; run < runs; run += 1) {
    for (const { what, figures } of rows) figures.push(await stage.ping(peers[what]));
  }
  const [own, kernel] = rows.map(({ figures }) => median(figures));
  const text = `less than twice the kernel's own (${(own / kernel).toFixed(2)} of it)`;
  tell('round trip of a ping, average of 500', rows, goal(own < 2 * kernel, text));
};

/** @param {Stage} stage @param {Plan} plan */
const http = async (stage, { runs, seconds, programs }) => {
  const peers = {
    'http.createServer on Resetlab': await stage.ourHttp(),
    'on node:net, over a relay between two TUN devices': await stage.kernelHttp(programs.relay),
  };
  /** @type {Series[]} */
  const rows = [];
  for (const [what, peer] of Object.entries(peers)) {
    await stage.requests(peer, WARM_UP_SECONDS);
    rows.push({ what, figures: [], unit: 'requests/s' });
  }
  for (let run = 0; run < runs; run += 1) {
    for (const [at, peer] of Object.values(peers).entries()) {
      rows[at].figures.push(await stage.requests(peer, seconds));
    }
  }
  const [own, kernel] = rows.map(({ figures }) => median(figures));
  const text = `half of node:net's rate (${(own / kernel).toFixed(2)} of it)`;
  tell(
    'HTTP, 1000 bytes an answer, 64 connections kept alive',
    rows,
    goal(own >= kernel / 2, text),
  );
};

const TASKS = /** @type {Record<string, (stage: Stage, plan: Plan) => Promise<void>>} */ ({
  bulk,
  offload,
  ping,
  http,
});

const main = async () => {
  const programs = buildPrograms(values['lwip-source']);
  const plan = { runs: Number(values.runs), seconds: Number(values.seconds), programs };
  try {
    for (const name of values.only.split(',')) {
      const task = TASKS[name];
      if (task === undefined) throw new RangeError(`no ${name}: ${Object.keys(TASKS).join(', ')}`);
      const stage = new Stage();
      try {
        await task(stage, plan);
      } finally {
        await stage.clear();
      }
    }
  } finally {
    programs.remove();
  }
  const model = cpus()[0]?.model.trim() ?? 'an unknown CPU';
  console.log(`\nNode ${process.version}; ${availableParallelism()} cores of ${model}`);
};

await main();
