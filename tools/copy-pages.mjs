// The long explanations are Markdown beside their cause; the build carries them to where the CLI looks.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/causes', import.meta.url));
const target = fileURLToPath(new URL('../dist/causes', import.meta.url));
cpSync(source, target, {
  recursive: true,
  filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.md'),
});
