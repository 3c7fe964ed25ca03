/**
 * Measures `resetlab explain --json` against other tools on the benchmark's captures and prints
 * Markdown:
 *
 *     node bench/run.mjs [--captures DIR] [--runs 5] [--slow-runs 3] [--only explain,tcpdump]
 *                        [--capture bytes,cut] [--full] [--json FILE] [--cli PATH]
 *
 * Exits with 1 where a tool did not find what was generated: its time then counts for nothing.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { contenders, cutSlice, tcpdumpCount, versions } from './contenders.mjs';
import { explained } from './explain-output.mjs';
import { measure, medianOf, missing, which } from './measure.mjs';
import { goals, markdown } from './table.mjs';

/** @typedef {import('./contenders.mjs').Capture} Capture */
/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('./contenders.mjs').Options & { only: string[] | undefined }} Options */
/** @typedef {import('./table.mjs').Result} Result */

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

/**
 * @param {string} directory
 * @param {string} name
 * @returns {Capture}
 */
const openCapture = (directory, name) => {
  const path = join(directory, `${name}.pcap`);
  if (!existsSync(path)) {
    throw new Error(`no ${path}: make it with node bench/generate.mjs --out ${directory}`);
  }
  const truth = JSON.parse(readFileSync(join(directory, `${name}.truth.json`), 'utf8'));
  return { name, path, truth };
};

/** Reads a file once, so that none of the runs waits for the disk. @param {string} path */
const warm = (path) => {
  const buffer = Buffer.allocUnsafe(8 << 20);
  const descriptor = openSync(path, 'r');
  const began = performance.now();
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor);
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 1.5)
    say(`${path} was not in the page cache (${seconds.toFixed(1)} s to read); it is now`);
};

/**
 * A tool must have found what is there, or its time means nothing.
 * @param {Capture} capture
 * @param {Options} options
 * @returns {Promise<string[]>} what it got wrong
 */
const disagreements = async ({ path, truth }, options) => {
  const wrong = [];
  if (wanted('tcpdump', options) && which('tcpdump')) {
    wrong.push(disagreement('tcpdump: resets', tcpdumpCount(path), truth.resets));
  }
  if (wanted('explain', options)) {
    wrong.push(...explainDisagreements(await explainTotals(options.cli, path), truth));
  }
  if (wanted('stdin', options)) {
    const totals = await explainTotals(options.cli, '-', path);
    wrong.push(...explainDisagreements(totals, truth, ' on standard input'));
  }
  return wrong.filter((line) => line !== undefined);
};

/**
 * @param {string | undefined} cli
 * @param {string} file
 * @param {string} [fedFrom]
 */
const explainTotals = async (cli, file, fedFrom) => {
  let lines = 0;
  let last;
  for await (last of explained(cli, file, fedFrom)) if (last.type === 'reset') lines++;
  if (last?.type !== 'summary') throw new Error(`explain's last line on ${file} is no summary`);
  return { lines, packets: last.packets, resets: last.resets };
};

/**
 * @param {{ lines: number, packets: number, resets: number }} totals
 * @param {import('./traffic/write-capture.mjs').Truth} truth
 * @param {string} [how]
 */
const explainDisagreements = ({ lines, packets, resets }, truth, how = '') => [
  disagreement(`explain${how}: packets`, packets, truth.packets),
  disagreement(`explain${how}: resets`, resets, truth.resets),
  disagreement(`explain${how}: lines of type reset`, lines, truth.resets),
];

/**
 * @param {string} what
 * @param {number} found
 * @param {number} truth
 */
const disagreement = (what, found, truth) =>
  found === truth ? undefined : `${what} ${found}, generated were ${truth}`;

/**
 * @param {string} name
 * @param {Options} options
 */
const wanted = (name, { only }) => only === undefined || only.includes(name);

/**
 * All contenders in turn, then all again: what disturbs the machine disturbs each alike.
 * @param {Contender[]} entered
 * @param {number} rounds
 */
const interleave = (entered, rounds) => {
  /** @type {Map<Contender, import('./measure.mjs').Measurement[]>} */
  const measured = new Map(entered.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of entered.filter(({ runs }) => round < runs)) {
      const measurement = measure(contender.command, contender.fedFrom);
      say(`  ${contender.name} ${round + 1}: ${measurement.wallSeconds.toFixed(2)} s`);
      measured.get(contender)?.push(measurement);
    }
  }
  return measured;
};

/**
 * @param {Contender} contender
 * @param {import('./measure.mjs').Measurement[]} measurements
 * @returns {import('./table.mjs').Row}
 */
const rowOf = ({ name, shown, scale }, measurements) => {
  const { wallSeconds, cpuSeconds, rssBytes } = medianOf(measurements);
  const median = { wallSeconds: wallSeconds * scale, cpuSeconds: cpuSeconds * scale, rssBytes };
  return { name, shown, runs: measurements.length, scale, median };
};

/**
 * @param {Capture} capture
 * @param {Options} options
 * @returns {Promise<Result>}
 */
const bench = async (capture, options) => {
  warm(capture.path);
  const wrong = await disagreements(capture, options);
  const slicePath = `${capture.path}.slice`;
  const sliced =
    !options.full && wanted('tshark', options) && missing(['tshark', 'editcap']) === undefined;
  try {
    const forTshark = sliced
      ? { path: slicePath, scale: cutSlice(capture, slicePath) }
      : { path: capture.path, scale: 1 };
    const chosen = contenders(capture, options, forTshark).filter(({ name }) =>
      wanted(name, options),
    );
    const skipped = chosen
      .map(({ needs }) => missing(needs))
      .filter((reason) => reason !== undefined);
    const entered = chosen.filter(({ needs }) => missing(needs) === undefined);
    const measured = interleave(entered, options.runs);
    return { capture, rows: [...measured].map(([each, all]) => rowOf(each, all)), skipped, wrong };
  } finally {
    rmSync(slicePath, { force: true });
  }
};

/** On what this was measured. */
const machine = () => {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const cores = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}`;
  const tools = versions(['tcpdump', 'tshark', 'tcptrace']);
  return [`Node ${process.version}`, ...tools, cores, memory].join('; ');
};

const main = async () => {
  const { values } = parseArgs({
    options: {
      captures: { type: 'string', default: fileURLToPath(new URL('captures', import.meta.url)) },
      capture: { type: 'string', default: 'bytes,cut' },
      runs: { type: 'string', default: '5' },
      'slow-runs': { type: 'string', default: '3' },
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      cli: { type: 'string' },
    },
  });
  const without = missing(['time']);
  if (without !== undefined) throw new Error(without);
  const [runs, slowRuns] = [Number(values.runs), Number(values['slow-runs'])];
  if (!(runs >= 1 && slowRuns >= 1)) throw new RangeError('--runs and --slow-runs want 1 or more');
  const only = values.only?.split(',');
  const options = { cli: values.cli, full: values.full, runs, slowRuns, only };
  const results = [];
  for (const name of values.capture.split(',')) {
    results.push(await bench(openCapture(values.captures, name), options));
  }
  console.log([...results.map(markdown), machine(), '', ...goals(results)].join('\n'));
  if (results.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
};

await main();
