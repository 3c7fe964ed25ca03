/**
 * Shows what the memory of `resetlab explain` depends on: on the connections that need a verdict,
 * not on the size of the file.
 *
 *     node bench/memory.mjs [--connections 300000] [--times 4] [--many 1000000] [--seed 1]
 *                           [--out bench/captures] [--keep] [--cli PATH]
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { explainCommand } from './explain-output.mjs';
import { CAPTURES, positiveInteger } from './generate.mjs';
import { measure, missing } from './measure.mjs';
import { mattering } from './table.mjs';
import { TROUBLE } from './traffic/mix.mjs';
import { writeCapture } from './traffic/write-capture.mjs';

const BASE_BYTES = 150e6;

/** Nothing but short connections with a reset each. */
const ONLY_RESETS = { refused: 0.5, 'linger-zero': 0.5 };

/**
 * The same number of connections in trouble among more healthy ones.
 * @param {number} times
 */
const dilutedTrouble = (times) =>
  Object.fromEntries(Object.entries(TROUBLE).map(([kind, share]) => [kind, share / times]));

/**
 * Generates a capture, measures `explain` on it as a file and on standard input, and prints a row.
 * @param {{ name: string, connections: number, trouble: Record<string, number> }} what
 * @param {{ out: string, seed: number, keep: boolean, cli: string | undefined }} options
 */
const examine = ({ name, connections, trouble }, { out, seed, keep, cli }) => {
  const path = join(out, `memory-${name}.pcap`);
  if (existsSync(path))
    throw new Error(`${path} is already there: remove it, or choose another --out`);
  try {
    const { truth } = writeCapture({ path, seed, connections, trouble, ...CAPTURES.cut });
    const file = measure(explainCommand(cli, path));
    const fed = measure(explainCommand(cli, '-'), path);
    console.log(row(name, truth, file, fed));
    return { file, fed };
  } finally {
    if (!keep) rmSync(path, { force: true });
  }
};

/**
 * @param {string} name
 * @param {import('./traffic/write-capture.mjs').Truth} truth
 * @param {import('./measure.mjs').Measurement} file
 * @param {import('./measure.mjs').Measurement} fed
 */
const row = (name, truth, file, fed) => {
  const matter = mattering(truth);
  const cells = [
    name,
    `${(truth.bytes / 1e9).toFixed(2)} GB`,
    truth.packets.toLocaleString('en'),
    truth.connections.toLocaleString('en'),
    truth.resets.toLocaleString('en'),
    matter.toLocaleString('en'),
    ...[file, fed].map(({ rssBytes }) => `${Math.round(rssBytes / 1e6)} MB`),
    ...[file, fed].map(({ rssBytes }) => eachBeyondBase(rssBytes, matter)),
    `${file.wallSeconds.toFixed(2)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
};

/**
 * @param {number} rssBytes
 * @param {number} matter connections that need a verdict
 */
const eachBeyondBase = (rssBytes, matter) =>
  rssBytes <= BASE_BYTES ? 'none' : `${Math.round((rssBytes - BASE_BYTES) / matter)} B`;

const HEADING = [
  '| capture | size | packets | connections | resets | that matter | peak memory, file | standard input | beyond 150 MB, each that matters: file | standard input | wall, file |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
].join('\n');

/**
 * @param {number} small
 * @param {number} large
 */
const growth = (small, large) => `${((large / small - 1) * 100).toFixed(0)} %`;

const main = () => {
  const { values } = parseArgs({
    options: {
      connections: { type: 'string', default: '300000' },
      times: { type: 'string', default: '4' },
      many: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: fileURLToPath(new URL('captures', import.meta.url)) },
      keep: { type: 'boolean', default: false },
      cli: { type: 'string' },
    },
  });
  const without = missing(['time']);
  if (without !== undefined) throw new Error(without);
  mkdirSync(values.out, { recursive: true });
  const [connections, times, many, seed] = /** @type {[number, number, number, number]} */ (
    [values.connections, values.times, values.many, values.seed].map(positiveInteger)
  );
  const options = { out: values.out, seed, keep: values.keep, cli: values.cli };
  console.log(HEADING);
  const small = examine({ name: 'once', connections, trouble: TROUBLE }, options);
  const large = examine(
    { name: `${times}-times`, connections: connections * times, trouble: dilutedTrouble(times) },
    options,
  );
  examine({ name: 'only-resets', connections: many, trouble: ONLY_RESETS }, options);
  const fileGrowth = growth(small.file.rssBytes, large.file.rssBytes);
  const fedGrowth = growth(small.fed.rssBytes, large.fed.rssBytes);
  console.log(
    `\n${times} times the packets: memory ${fileGrowth} more on a file, ${fedGrowth} on standard input`,
  );
};

main();
