// Holds the detective against recorded truth: every capture of a folder that has a NAME.truth.json
// beside it, whole and spoilt (frames missing from the start, one direction missing, cut at 96
// bytes). Prints totals by cause, then every miss; exits 1 if any `certain` is wrong.
//
//   npm run build && node tools/scorecard.mjs [DIR] [--spoilt] [--misses]
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { CaptureReader } from '../dist/capture/reader.js';
import { CATALOGUE } from '../dist/causes/catalogue.js';
import { Investigation } from '../dist/forensics/investigation.js';
import { Survey } from '../dist/forensics/survey.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { spoilt: { type: 'boolean' }, misses: { type: 'boolean' }, match: { type: 'string' } },
});
const folder = positionals[0] ?? 'examples';

const generals = (id) => {
  const refines = CATALOGUE[id].facts.refines ?? [];
  const nearest = typeof refines === 'string' ? [refines] : refines;
  return [...nearest, ...nearest.flatMap(generals)];
};
/** The general form of a truth is right too; a special form of it claims what was not there. */
const names = (truth, cause) => cause === truth || generals(truth).includes(cause);

/** Shows a visitor only some of the packets. */
class Sieve {
  constructor(visitor, keeps) {
    this.visitor = visitor;
    this.keeps = keeps;
  }
  segment(packet) {
    if (this.keeps(packet)) this.visitor.segment(packet);
  }
  icmpError(packet) {
    this.visitor.icmpError(packet);
  }
}

/** A classic little-endian pcap whose packets are cut at `limit` bytes; undefined for other formats. */
const cutAt = (bytes, limit) => {
  if (bytes.length < 24 || bytes.readUInt32LE(0) !== 0xa1b2c3d4) return undefined;
  const parts = [bytes.subarray(0, 24)];
  for (let at = 24; at + 16 <= bytes.length;) {
    const captured = bytes.readUInt32LE(at + 8);
    const header = Buffer.from(bytes.subarray(at, at + 16));
    header.writeUInt32LE(Math.min(captured, limit), 8);
    parts.push(header, bytes.subarray(at + 16, at + 16 + Math.min(captured, limit)));
    at += 16 + captured;
  }
  return Buffer.concat(parts);
};

const verdictsOf = (bytes, keeps = () => true) => {
  const survey = new Survey(12);
  const first = new CaptureReader(new Sieve(survey, keeps));
  first.push(bytes);
  first.end();
  survey.finish();
  const investigation = new Investigation({ survey });
  const second = new CaptureReader(new Sieve(investigation, keeps));
  second.push(bytes);
  second.end();
  return [...investigation.conclude(second.counts, second.problems)];
};

const spoilt = (bytes) => {
  const variants = [];
  for (let from = 2; from <= 12; from++)
    variants.push([`from frame ${from}`, bytes, (p) => p.frame >= from]);
  variants.push(['one way', bytes, (p) => p.sourcePort > p.targetPort]);
  variants.push(['other way', bytes, (p) => p.sourcePort < p.targetPort]);
  const cut = cutAt(bytes, 96);
  if (cut !== undefined) variants.push(['cut at 96', cut, () => true]);
  return variants;
};

const totals = new Map();
const misses = [];
let wrongCertain = 0;
let certain = 0;
let tried = 0;
let quiet = 0;

const isRight = (cause, right) => right.some((id) => names(id, cause));

function score(name, truth, verdicts, isWhole) {
  tried++;
  const right = [truth.cause, ...(truth.alsoRight ?? []), ...(truth.follows ?? [])].filter(Boolean);
  for (const verdict of verdicts) {
    if (verdict.confidence !== 'certain') continue;
    certain++;
    if (isRight(verdict.cause, right)) continue;
    wrongCertain++;
    misses.push(
      `WRONG CERTAIN ${name}: ${verdict.cause} in frame ${verdict.frame}, truth ${right.join(', ')}`,
    );
  }
  if (!isWhole) return;
  if (truth.cause === null) {
    quiet++;
    return;
  }
  const own = verdicts.filter(({ cause }) => cause !== 'repeated-reset');
  const first = (own.length > 0 ? own : verdicts)[0];
  const named = new Set(
    verdicts.flatMap(({ cause, alternatives }) => [cause, ...alternatives.map((a) => a.cause)]),
  );
  const total = totals.get(truth.cause) ?? { captures: 0, named: 0, first: 0 };
  totals.set(truth.cause, total);
  total.captures++;
  const isNamed = [...named].some((cause) => isRight(cause, right));
  const isFirst = first !== undefined && isRight(first.cause, right);
  total.named += isNamed;
  total.first += isFirst;
  if (isFirst && isNamed) return;
  const said = own
    .slice(0, 3)
    .map((v) => `${v.frame} ${v.cause} ${v.confidence} [${v.alternatives.map((a) => a.cause)}]`);
  misses.push(
    `${isNamed ? 'not first' : 'NOT NAMED'} ${name} (${truth.cause}): ${said.join('; ') || 'nothing'}`,
  );
}

for (const file of readdirSync(folder).toSorted()) {
  if (!/\.pcap(ng)?(\.gz)?$/.test(file) || (values.match && !file.includes(values.match))) continue;
  const truthFile = join(folder, file.replace(/\.pcap.*$/, '.truth.json'));
  if (!existsSync(truthFile)) continue;
  const truth = JSON.parse(readFileSync(truthFile, 'utf8'));
  let bytes = readFileSync(join(folder, file));
  if (file.endsWith('.gz')) bytes = gunzipSync(bytes);
  score(file, truth, verdictsOf(bytes), true);
  if (!values.spoilt) continue;
  for (const [how, variant, keeps] of spoilt(bytes))
    score(`${file}, ${how}`, truth, verdictsOf(variant, keeps), false);
}

const sum = { captures: 0, named: 0, first: 0 };
for (const [cause, total] of [...totals].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(
    `${cause.padEnd(28)} ${String(total.captures).padStart(5)} captures  named ${total.named}  first ${total.first}`,
  );
  for (const key of Object.keys(sum)) sum[key] += total[key];
}
const percent = (part) => ((100 * part) / sum.captures).toFixed(1);
console.log(
  `${sum.captures} captures with a cause, ${quiet} without: truth named ${percent(sum.named)} %, first ${percent(sum.first)} %`,
);
console.log(`${tried} readings, ${certain} certain verdicts, ${wrongCertain} of them wrong`);
for (const miss of misses) if (values.misses || miss.startsWith('WRONG')) console.log(miss);
process.exitCode = wrongCertain > 0 ? 1 : 0;
