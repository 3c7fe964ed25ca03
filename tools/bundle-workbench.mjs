// The workbench as static files: a page, its script and style, and the worker that reads captures.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = at('../src/web/workbench/');
const target = at('../dist/web/workbench/');

await mkdir(target, { recursive: true });
// The empty report, as `bundle-page.mjs` has made it: whoever saves one gets the same file.
const report = await readFile(at('../dist/web/report.html'), 'utf8');
await build({
  entryPoints: {
    workbench: `${source}main.tsx`,
    'workbench-style': `${source}workbench.css`,
    analysis: `${source}analysis/worker.ts`,
  },
  outdir: target,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  define: { RESETLAB_REPORT_PAGE: JSON.stringify(report) },
  logLevel: 'warning',
});
const { version } = JSON.parse(await readFile(at('../package.json'), 'utf8'));
const page = await readFile(`${source}index.html`, 'utf8');
if (page.split('RESETLAB-VERSION').length !== 2)
  throw new Error('index.html must name its version once');
await writeFile(`${target}index.html`, page.replace('RESETLAB-VERSION', version));
