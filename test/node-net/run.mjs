/**
 * Runs Node's own tests of `node:net` on our TCP:
 *
 *     RESETLAB_NODE_TESTS=DIR node test/node-net/run.mjs [NAME ...] [--update] [--all]
 *
 * DIR has `common`, `parallel` and `sequential` of Node's test directory, of the release in verdicts.json;
 * they are Node's, and no part of this repository. `--all` also runs what is not plain TCP by the public
 * interface; `--update` keeps what came out in verdicts.json (reasons stay). Build first.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { flagsOf, kindOf } from './classify.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const VERDICTS = join(HERE, 'verdicts.json');
const TIMEOUT_MS = 30_000;
const AT_ONCE = 2;

/** Name and text of every test of `node:net`, in order. */
export const testsIn = (directory) =>
  ['parallel', 'sequential'].flatMap((folder) =>
    readdirSync(join(directory, folder))
      .filter((name) => /^test-net-.*\.m?js$/.test(name))
      .toSorted()
      .map((name) => {
        const path = join(directory, folder, name);
        const text = readFileSync(path, 'utf8');
        return { name: `${folder}/${name}`, path, kind: kindOf(text), flags: flagsOf(text) };
      }),
  );

/** Our module as one file that `require` takes, in every release of Node. */
const bundle = (into) => {
  const outfile = join(into, 'net.cjs');
  buildSync({
    entryPoints: [join(HERE, '../../dist/net/index.js')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    // Of a file that a bundle of CommonJS cannot have: koffi is looked for from here.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    logLevel: 'error',
  });
  return outfile;
};

const runOne = ({ path, flags }, bundled) =>
  new Promise((resolve) => {
    const args = [...flags, '--require', join(HERE, 'shim.cjs'), path];
    const env = { ...process.env, RESETLAB_NET_BUNDLE: bundled };
    const options = { cwd: dirname(path), env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ passed: true, told: stderr });
      else if (error.killed) resolve({ passed: false, told: `${stderr}\ntime is up` });
      else resolve({ passed: false, told: stderr || stdout });
    });
  });

/** Runs tests, two at a time; `done` is told of each. */
export const runTests = async (tests, done = () => undefined) => {
  const into = mkdtempSync(join(tmpdir(), 'resetlab-node-net-'));
  const verdicts = new Map();
  try {
    const bundled = bundle(into);
    const left = tests.toReversed();
    const work = async () => {
      for (let test = left.pop(); test !== undefined; test = left.pop()) {
        const verdict = await runOne(test, bundled);
        verdicts.set(test.name, verdict);
        done(test, verdict);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    rmSync(into, { recursive: true });
  }
  return verdicts;
};

const update = (verdicts) => {
  const kept = JSON.parse(readFileSync(VERDICTS, 'utf8'));
  for (const [name, { passed }] of verdicts) {
    const reason = kept.tests[name]?.reason ?? 'NOT REVIEWED';
    kept.tests[name] = passed ? { verdict: 'pass' } : { verdict: 'fail', reason };
  }
  const names = Object.keys(kept.tests).toSorted();
  kept.tests = Object.fromEntries(names.map((name) => [name, kept.tests[name]]));
  writeFileSync(VERDICTS, `${JSON.stringify(kept, undefined, 2)}\n`);
};

const main = async (args) => {
  const directory = process.env.RESETLAB_NODE_TESTS;
  if (directory === undefined) throw new Error('RESETLAB_NODE_TESTS must name a directory');
  const names = args.filter((each) => !each.startsWith('--'));
  const isWanted = ({ name, kind }) =>
    names.length > 0
      ? names.some((each) => name.includes(each))
      : kind === 'plain' || args.includes('--all');
  const chosen = testsIn(directory).filter(isWanted);
  const verdicts = await runTests(chosen, ({ name, kind }, { passed, told }) => {
    console.log(`${passed ? 'pass' : 'FAIL'} ${name}${kind === 'plain' ? '' : ` (${kind})`}`);
    if (!passed && (names.length > 0 || args.includes('--verbose'))) console.log(told);
  });
  const passed = chosen.filter(({ name }) => verdicts.get(name).passed).length;
  console.log(`${passed} of ${chosen.length} pass`);
  if (args.includes('--update')) update(verdicts);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
