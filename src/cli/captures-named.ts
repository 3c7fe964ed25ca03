import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasWildcard, stepExpression } from '../fleet/wildcards.ts';

/**
 * The files that a word means: a file that is called so, or all that match a pattern (`*` and `?`,
 * within one step of a path), sorted; none where nothing matches.
 */
export const capturesNamed = (word: string): string[] => {
  if (existsSync(word) || !hasWildcard(word)) return [word];
  let found = [word.startsWith('/') ? '/' : ''];
  for (const step of word.split('/').filter((each) => each !== '')) {
    found = found.flatMap((folder) => stepsFrom(folder, step));
  }
  return found.toSorted();
};

const stepsFrom = (folder: string, step: string): string[] => {
  if (!hasWildcard(step)) {
    const path = join(folder, step);
    return existsSync(path) ? [path] : [];
  }
  const pattern = new RegExp(`^${stepExpression(step)}$`, 'su');
  return namesIn(folder === '' ? '.' : folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
};

/** A folder that is none, or may not be read, holds nothing that matches. */
const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'EACCES' || code === 'ENOENT') return [];
    throw error;
  }
};
