// A large capture in the workbench, beside the command line: how long it takes, and whether the page
// stays free meanwhile. Needs a build, Chromium, and captures as `generate.mjs` makes them.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = at('../dist/cli/main.js');

const { values: options } = parseArgs({
  options: {
    captures: { type: 'string', default: at('captures') },
    capture: { type: 'string', default: 'bytes,cut' },
    runs: { type: 'string', default: '1' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});

/** The goals: so many times the command line's time, and no task on the page longer than this. */
const TIMES = 3;
const LONGEST_TASK_MS = 100;

const secondsOf = (words) => {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`resetlab ${words.join(' ')}: ${stderr}`);
  return (performance.now() - begun) / 1000;
};

const serve = () =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, 'serve', '--port', '0']);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const address = /^http:\S+/.exec(said)?.[0];
      if (address !== undefined) resolve({ address, stop: () => child.kill() });
    });
  });

/**
 * The longest task of the page's own thread in a trace, in milliseconds by the clock, and on the
 * processor: on a busy machine a task may wait in the middle.
 */
const longestTask = (trace) => {
  const { traceEvents } = JSON.parse(trace.toString());
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`),
  );
  if (tasks.length === 0) throw new Error('the trace shows no task of the page');
  const longest = (of) => tasks.reduce((most, task) => Math.max(most, of(task) ?? 0), 0) / 1000;
  return { byClock: longest(({ dur }) => dur), onProcessor: longest(({ tdur }) => tdur) };
};

const inBrowser = async (browser, address, file) => {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  await page.goto(address);
  await page.waitForSelector('.drop');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const begun = performance.now();
  await page.setInputFiles('input[type=file]', file);
  await page.waitForSelector('.findings');
  const verdicts = (performance.now() - begun) / 1000;
  await page.waitForSelector('#connection-title');
  const whole = (performance.now() - begun) / 1000;
  const task = longestTask(await browser.stopTracing());
  const lead = await page.locator('.lead').textContent();
  await page.close();
  return { verdicts, whole, lead, ...task };
};

const best = (values) => Math.min(...values);

const measure = async (browser, address, file) => {
  const runs = Array.from({ length: Number(options.runs) });
  const command = [];
  const explain = [];
  const pages = [];
  // In turn, so that a disturbance meets all alike.
  for (const _ of runs) {
    command.push(secondsOf(['report', file, '-o', '/dev/null']));
    explain.push(secondsOf(['explain', '--json', file]));
    pages.push(await inBrowser(browser, address, file));
  }
  return {
    report: best(command),
    explain: best(explain),
    verdicts: best(pages.map((one) => one.verdicts)),
    whole: best(pages.map((one) => one.whole)),
    byClock: best(pages.map((one) => one.byClock)),
    onProcessor: best(pages.map((one) => one.onProcessor)),
    lead: pages[0].lead,
  };
};

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const { address, stop } = await serve();
console.log(
  '| capture | explain --json | report | verdicts in the browser | whole report there | longest task of the page |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const name of options.capture.split(',')) {
  const file = `${options.captures}/${name}.pcap`;
  if (!existsSync(file)) throw new Error(`${file} is not there: node bench/generate.mjs makes it`);
  const found = await measure(browser, address, file);
  const megabytes = Math.round(statSync(file).size / 1e6);
  const cells = [
    `${basename(file)}, ${megabytes} MB`,
    `${found.explain.toFixed(1)} s`,
    `${found.report.toFixed(1)} s`,
    `${found.verdicts.toFixed(1)} s`,
    `${found.whole.toFixed(1)} s`,
    `${Math.round(found.byClock)} ms, ${Math.round(found.onProcessor)} ms on the processor`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  const [early, late] = [found.verdicts / found.explain, found.whole / found.report];
  const isFast = Math.max(early, late) <= TIMES;
  const isFree = found.onProcessor <= LONGEST_TASK_MS;
  console.log(`\n${found.lead}`);
  console.log(
    `verdicts ${early.toFixed(1)} times explain, the whole ${late.toFixed(1)} times report: ` +
      `${isFast ? 'within' : 'MISSES'} ${TIMES}; page ${isFree ? 'free' : 'HELD UP'}\n`,
  );
}
stop();
await browser.close();
