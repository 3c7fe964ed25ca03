/**
 * Writes the benchmark's captures and beside each its truth:
 *
 *     node bench/generate.mjs [--seed 1] [--connections 300000] [--out bench/captures] [--only cut]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { SECOND } from './traffic/stories/parts.mjs';
import { writeCapture } from './traffic/write-capture.mjs';

/** About 84 s of life for 500 connections a second: some 40,000 live at once. */
const LIFE_MICROS = 84 * SECOND;

/** @type {Record<string, Pick<import('./traffic/write-capture.mjs').Plan, 'snaplen' | 'talk'>>} */
export const CAPTURES = {
  /** Mixed sizes up to full segments: many bytes. */
  bytes: { snaplen: 262_144, talk: { exchanges: [1, 3], lifeMicros: LIFE_MICROS } },
  /** Cut at 96 bytes, as for headers only: many packets. */
  cut: { snaplen: 96, talk: { exchanges: [5, 10], lifeMicros: LIFE_MICROS } },
};

/** @param {unknown} text */
export const positiveInteger = (text) => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RangeError(`not a positive integer: ${String(text)}`);
};

/**
 * @param {string} name
 * @param {string} directory
 * @param {{ seed: number, connections: number }} options
 */
const generate = (name, directory, options) => {
  const path = join(directory, `${name}.pcap`);
  const began = performance.now();
  const { truth, resets } = writeCapture({ path, ...CAPTURES[name], ...options });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  writeFileSync(join(directory, `${name}.truth.json`), `${JSON.stringify(truth, null, 2)}\n`);
  const rows = resets.map(({ frame, kind }) => `${frame}\t${kind}\n`);
  writeFileSync(join(directory, `${name}.resets.tsv`), rows.join(''));
  console.log(`${path}, written in ${seconds} s`);
  const { byKind, ...totals } = truth;
  console.log(totals);
  console.table(byKind);
};

const main = () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      connections: { type: 'string', default: '300000' },
      out: { type: 'string', default: fileURLToPath(new URL('captures', import.meta.url)) },
      only: { type: 'string' },
    },
  });
  const names = values.only?.split(',') ?? Object.keys(CAPTURES);
  const unknown = names.find((name) => !(name in CAPTURES));
  if (unknown !== undefined) throw new RangeError(`no such capture: ${unknown}`);
  mkdirSync(values.out, { recursive: true });
  const seed = positiveInteger(values.seed);
  const connections = positiveInteger(values.connections);
  for (const name of names) generate(name, values.out, { seed, connections });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
