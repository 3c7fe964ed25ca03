import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Arrival, Unreadable } from '../plan.ts';
import { s3Objects, type S3Object } from './s3/s3.ts';
import { CHANGED, S3Error } from './s3/trouble.ts';
import { StoreError } from './trouble.ts';

/** What was handed in, in its order: files, and those of which it shows at once that they are none. */
export type Handed = Arrival | Unreadable;

export const isArrival = (handed: Handed): handed is Arrival => 'path' in handed;

/** Looks at a file from outside. `reason` says in words why it could not be looked at. */
export const fileHanded = (
  file: string,
  reason: (error: NodeJS.ErrnoException) => string,
): Handed => {
  const name = basename(file);
  const path = resolve(file);
  try {
    const status = statSync(path);
    if (!status.isFile()) return { name, message: 'is no ordinary file' };
    return { name, path, bytes: status.size, changedMs: status.mtimeMs };
  } catch (error) {
    return { name, message: reason(error as NodeJS.ErrnoException) };
  }
};

/** An object of a bucket that was found. */
export const objectHanded = (object: S3Object): Arrival => ({
  name: basename(object.path),
  ...object,
});

/** Where it lies, how large it is and when it was changed, as one name. */
export const keyOf = ({ path, bytes, changedMs, etag }: Arrival): string =>
  createHash('sha256')
    .update(JSON.stringify([path, bytes, etag ?? changedMs]))
    .digest('hex');

export const isObject = (arrival: Arrival): arrival is Arrival & { readonly etag: string } =>
  arrival.etag !== undefined;

/** Of a file: it is read more than once, and named by what it held, so it must be the same still. */
export const whyChanged = ({ path, bytes, changedMs }: Arrival): string | undefined => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return GONE;
  const isSame = status.size === bytes && status.mtimeMs === changedMs;
  return isSame ? undefined : CHANGED;
};

/** The same of an object. Rejects with a `StoreError` where nobody can say. */
export const whyObjectChanged = async (arrival: Arrival): Promise<string | undefined> => {
  const found = await s3Objects(arrival.path);
  if (found instanceof S3Error) {
    if (found.kind === 'missing') return GONE;
    throw new StoreError(`${arrival.path}: ${found.message}`);
  }
  const [object] = found;
  if (object === undefined) return GONE;
  return object.etag === arrival.etag ? undefined : CHANGED;
};

const GONE = 'is no longer there';
