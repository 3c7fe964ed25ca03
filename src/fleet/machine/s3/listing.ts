import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { type KeyPattern, keyPattern, type S3Address, s3Path } from './address.ts';
import { hasWildcard } from '../../wildcards.ts';
import { answered, type Connection } from './connection.ts';
import type { S3Object } from './s3.ts';
import { S3Error } from './trouble.ts';

/**
 * The object that is called so, or all that match the pattern, sorted; none where nothing matches.
 * Wants no right to list a bucket where there is no pattern.
 */
export const objectsAt = async (
  connection: Connection,
  address: S3Address,
): Promise<readonly S3Object[] | S3Error> => {
  if (!hasWildcard(address.key)) {
    const object = await objectCalled(connection, address);
    return object instanceof S3Error ? object : [object];
  }
  const found = await matching(connection, address, keyPattern(address.key));
  if (found instanceof S3Error) return found;
  // As with files: a name that happens to look like a pattern is a name.
  const called = found.filter(({ path }) => path === s3Path(address));
  return called.length > 0 ? called : found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
};

const objectCalled = async (
  connection: Connection,
  { bucket, key }: S3Address,
): Promise<S3Object | S3Error> => {
  const where = { Bucket: bucket, Key: key };
  const head = await answered(connection, connection.client.send(new HeadObjectCommand(where)));
  if (head instanceof S3Error) return whyNot(connection, where, head);
  const { ContentLength: bytes, ETag: etag, LastModified: changed } = head;
  return objectOf({ bucket, key }, bytes, etag, changed) ?? notS3(connection);
};

/** The answer to HEAD has no words: the same is asked in a way that has them. */
const whyNot = async (
  connection: Connection,
  where: { readonly Bucket: string; readonly Key: string },
  wordless: S3Error,
): Promise<S3Error> => {
  if (wordless.kind === 'unreachable') return wordless;
  const got = await answered(connection, connection.client.send(new GetObjectCommand(where)));
  if (got instanceof S3Error) return got;
  (got.Body as Readable | undefined)?.destroy();
  return wordless;
};

const matching = async (
  connection: Connection,
  address: S3Address,
  pattern: KeyPattern,
): Promise<readonly S3Object[] | S3Error> => {
  const found: S3Object[] = [];
  for (let token: string | undefined; ;) {
    const page = await pageAfter(connection, address.bucket, pattern, token);
    if (page instanceof S3Error) return page;
    const objects = objectsIn(page, address, pattern);
    if (page.Name === undefined || objects === undefined) return notS3(connection);
    found.push(...objects);
    const { IsTruncated: goesOn, NextContinuationToken: next } = page;
    if (goesOn !== true) return found;
    if (next === undefined || next === token) return notS3(connection);
    token = next;
  }
};

const pageAfter = (
  connection: Connection,
  bucket: string,
  { prefix, isFlat }: KeyPattern,
  token: string | undefined,
): Promise<ListObjectsV2CommandOutput | S3Error> => {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    Delimiter: isFlat ? '/' : undefined,
    // XML cannot hold every character that a key can.
    EncodingType: 'url',
    ContinuationToken: token,
  });
  return answered(connection, connection.client.send(command));
};

/** Those of a page that match; undefined where it does not say of them what every store says. */
const objectsIn = (
  { Contents: contents = [], EncodingType: encoding }: ListObjectsV2CommandOutput,
  { bucket, key: asked }: S3Address,
  pattern: KeyPattern,
): S3Object[] | undefined => {
  const found: S3Object[] = [];
  for (const { Key: told = '', Size: bytes, ETag: etag, LastModified: changed } of contents) {
    const key = encoding === 'url' ? decoded(told) : told;
    if (key !== asked && !pattern.matches(key)) continue;
    const object = objectOf({ bucket, key }, bytes, etag, changed);
    if (object === undefined) return undefined;
    found.push(object);
  }
  return found;
};

/** Some stores write a blank as `+`, and a plus never so. */
const decoded = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
};

const objectOf = (
  address: S3Address,
  bytes: number | undefined,
  etag: string | undefined,
  changed: Date | undefined,
): S3Object | undefined => {
  if (bytes === undefined || etag === undefined || changed === undefined) return undefined;
  // A listing has milliseconds that the object's own headers do not have.
  const changedMs = Math.floor(changed.getTime() / 1000) * 1000;
  return { path: s3Path(address), bytes, etag, changedMs };
};

const notS3 = ({ endpoint }: Connection): S3Error =>
  new S3Error('refused', `${endpoint}: answers, but not as S3 does`);
