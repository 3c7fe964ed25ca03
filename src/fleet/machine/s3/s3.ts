import { type S3Address, s3AddressIn } from './address.ts';
import type { Connection } from './connection.ts';
import { S3Error } from './trouble.ts';

/** An object as it was found. It is the same still while size and ETag are. */
export interface S3Object {
  /** `s3://bucket/key`, the key as it is. */
  readonly path: string;
  readonly bytes: number;
  /** As the store gives it, with its quotation marks. */
  readonly etag: string;
  /** To the second. */
  readonly changedMs: number;
}

const NO_ADDRESS =
  'no address of objects: s3://bucket/key, or a pattern as in s3://bucket/folder/*.pcap';

/** The objects that `s3://bucket/pattern` means; `*` and `?` stand within one step of the key. */
export const s3Objects = async (word: string): Promise<readonly S3Object[] | S3Error> => {
  const reached = await reach(word);
  if (reached instanceof S3Error) return reached;
  const { objectsAt } = await import('./listing.ts');
  return objectsAt(reached.connection, reached.address);
};

/**
 * The bytes of an object that was found before, as a stream to be read once; a broken connection is
 * taken up again where it broke. Trouble in the midst of it is thrown, as an `S3Error` too.
 */
export const openS3 = async (
  object: Pick<S3Object, 'path' | 'bytes' | 'etag'>,
): Promise<AsyncIterable<Uint8Array> | S3Error> => {
  const reached = await reach(object.path);
  if (reached instanceof S3Error) return reached;
  const { streamOf } = await import('./object-stream.ts');
  return streamOf(reached.connection, reached.address, object);
};

interface Reached {
  readonly connection: Connection;
  readonly address: S3Address;
}

let connecting: Promise<Connection | S3Error> | undefined;

/** One connection for all; the library is loaded for whoever needs it, and for nobody else. */
const reach = async (word: string): Promise<Reached | S3Error> => {
  const address = s3AddressIn(word);
  if (address === undefined) return new S3Error('refused', NO_ADDRESS);
  connecting ??= import('./connection.ts').then(({ connect }) => connect());
  const connection = await connecting;
  return connection instanceof S3Error ? connection : { connection, address };
};
