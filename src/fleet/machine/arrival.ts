import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Arrival, Unreadable } from '../plan.ts';

/** What was handed in, in its order: files, and those of which it shows at once that they are none. */
export type Handed = Arrival | Unreadable;

export const isArrival = (handed: Handed): handed is Arrival => 'path' in handed;

/** Looks at the files from outside. `reason` says in words why one could not be looked at. */
export const handedIn = (
  files: readonly string[],
  reason: (error: NodeJS.ErrnoException) => string,
): Handed[] =>
  files.map((file) => {
    const name = basename(file);
    const path = resolve(file);
    try {
      const status = statSync(path);
      if (!status.isFile()) return { name, message: 'is no ordinary file' };
      return { name, path, bytes: status.size, changedMs: status.mtimeMs };
    } catch (error) {
      return { name, message: reason(error as NodeJS.ErrnoException) };
    }
  });

/** A file by where it lies, how large it is and when it was changed. */
export const keyOf = ({ path, bytes, changedMs }: Arrival): string =>
  createHash('sha256')
    .update(JSON.stringify([path, bytes, changedMs]))
    .digest('hex');

/** A capture is read more than once, and named by what it held: it must be the same still. */
export const whyChanged = ({ path, bytes, changedMs }: Arrival): string | undefined => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 'is no longer there';
  const isSame = status.size === bytes && status.mtimeMs === changedMs;
  return isSame ? undefined : 'has changed since it was submitted';
};
