import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { S3Address } from './address.ts';
import { answered, type Connection } from './connection.ts';
import type { S3Object } from './s3.ts';
import { CHANGED, S3Error } from './trouble.ts';

/** How long a store that stops in the midst of an object is waited for, and how often it is asked on. */
export interface Patience {
  readonly silentMs: number;
  readonly attempts: number;
  /** Before the first further attempt; doubled before each of the next. */
  readonly betweenMs: number;
}

const PATIENCE: Patience = { silentMs: 30_000, attempts: 5, betweenMs: 200 };
/** So much must come before the attempts are counted anew: a store that trickles must not last for ever. */
const PROGRESS_BYTES = 1 << 16;

type Body = AsyncIterable<Uint8Array> & { destroy(error?: Error): void };

/**
 * The bytes of an object, as they come and no faster than they are taken. Where the connection
 * breaks, it goes on from there. What cannot be mended is thrown, as an `S3Error`.
 */
export const streamOf = async (
  connection: Connection,
  address: S3Address,
  object: Pick<S3Object, 'bytes' | 'etag'>,
  patience: Patience = PATIENCE,
): Promise<AsyncIterable<Uint8Array> | S3Error> => {
  const source: Source = { connection, address, ...object };
  const body = await bodyFrom(source, 0);
  return body instanceof S3Error ? body : pieces(source, body, patience);
};

interface Source extends Pick<S3Object, 'bytes' | 'etag'> {
  readonly connection: Connection;
  readonly address: S3Address;
}

async function* pieces(source: Source, first: Body, patience: Patience) {
  let body: Body | S3Error = first;
  let [at, progressAt, failures] = [0, 0, 0];
  for (;;) {
    if (!(body instanceof S3Error)) {
      for await (const piece of untilBroken(body, patience.silentMs)) {
        at += piece.length;
        yield piece;
      }
    }
    if (at === source.bytes) return;
    // The store gave what it was not asked for.
    if (at > source.bytes) throw new S3Error('changed', CHANGED);
    if (at - progressAt >= PROGRESS_BYTES) [progressAt, failures] = [at, 0];
    if (++failures === patience.attempts) throw brokenAt(at, source, body);
    await sleep(patience.betweenMs * 2 ** (failures - 1));
    body = await bodyFrom(source, at);
    if (body instanceof S3Error && body.kind !== 'unreachable') throw body;
  }
}

const brokenAt = (at: number, { bytes, connection }: Source, last: Body | S3Error): S3Error =>
  last instanceof S3Error
    ? last
    : new S3Error(
        'unreachable',
        `${connection.endpoint}: the connection broke again and again (at byte ${at} of ${bytes})`,
      );

/** What a body delivers, to its end or to where it breaks: how much came tells which. */
async function* untilBroken(body: Body, silentMs: number): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(iterator, () => body.destroy(new Error('silent')), silentMs);
      if (next?.done !== false) return;
      yield next.value;
    }
  } finally {
    body.destroy();
  }
}

/** Only while something is waited for does time run: whoever takes the pieces may be slow. */
const nextOf = async (
  iterator: AsyncIterator<Uint8Array>,
  giveUp: () => void,
  silentMs: number,
): Promise<IteratorResult<Uint8Array> | undefined> => {
  const timer = setTimeout(giveUp, silentMs);
  try {
    return await iterator.next();
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

/** The object from a byte on, if it is still the one that was listed. */
const bodyFrom = async (
  { connection, address, bytes, etag }: Source,
  at: number,
): Promise<Body | S3Error> => {
  const command = new GetObjectCommand({
    Bucket: address.bucket,
    Key: address.key,
    IfMatch: etag,
    Range: at === 0 ? undefined : `bytes=${at}-`,
  });
  const got = await answered(connection, connection.client.send(command));
  if (got instanceof S3Error) return got;
  const body = got.Body as unknown as Body;
  const isAsked = at === 0 || got.ContentRange?.startsWith(`bytes ${at}-`) === true;
  // Not every store heeds the condition.
  const isSame = got.ETag === etag && (got.ContentLength ?? bytes - at) === bytes - at;
  if (isAsked && isSame) return body;
  body.destroy();
  return isSame
    ? new S3Error('refused', `${connection.endpoint}: gives no part of an object`)
    : new S3Error('changed', CHANGED);
};
