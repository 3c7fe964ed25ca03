// The page as one file: script and style in it, and a policy that lets nothing else run or load.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src/web/report/', import.meta.url));
const target = fileURLToPath(new URL('../dist/web/', import.meta.url));

const bundle = async (entry) => {
  const { outputFiles } = await build({
    entryPoints: [source + entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
  });
  return outputFiles[0].text.trim();
};

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const [script, style] = await Promise.all([bundle('main.tsx'), bundle('report.css')]);
const page = await readFile(`${source}report.html`, 'utf8');
const parts = [
  [/<style>[^<]*<\/style>/, `<style>${style}</style>`],
  [/<script>[^<]*<\/script>/, `<script>${script}</script>`],
  [/SCRIPT-HASH/, hashOf(script)],
  [/STYLE-HASH/, hashOf(style)],
  // Whatever the layout of the template: the data stands alone in its element.
  [/\s*RESETLAB-DATA\s*/, 'RESETLAB-DATA'],
];
for (const [place] of parts) {
  const found = page.match(new RegExp(place, 'g'))?.length ?? 0;
  if (found !== 1)
    throw new Error(`report.html must hold ${place} once, and has it ${found} times`);
}
await mkdir(target, { recursive: true });
await writeFile(
  `${target}report.html`,
  parts.reduce((made, [place, text]) => made.replace(place, () => text), page),
);
