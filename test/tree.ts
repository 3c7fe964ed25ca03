import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is installed, built, measured or kept by others than us. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'coverage', 'captures', 'NOTES.md']);

/** The text of a file, by its path in the package. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const readJson = (path: string) => JSON.parse(read(path));

/** Every file of the package below a folder, by its path in the package. */
export const filesIn = (folder = '.'): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name) && !name.endsWith('.tsbuildinfo'))
    .flatMap((entry) => {
      const path = relative(ROOT, join(ROOT, folder, entry.name));
      return entry.isDirectory() ? filesIn(path) : [path];
    });

export const foldersIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
