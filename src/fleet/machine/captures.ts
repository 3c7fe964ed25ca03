import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { PacketVisitor } from '../../wire/packet.ts';
import { isComplaint } from '../../reading/complaint.ts';
import { reasonOf } from '../../reading/errno-words.ts';
import { UNATTENDED } from '../../reading/operator.ts';
import { readAgain } from '../../reading/read-again.ts';
import { type Pass, problemsIn } from '../../reading/read-capture.ts';
import { readPieces } from '../../reading/read-stream.ts';
import type { Arrival } from '../plan.ts';
import { isObject, whyChanged } from './arrival.ts';
import { openS3 } from './s3/s3.ts';
import { S3Error } from './s3/trouble.ts';
import type { Read, Reading, Refused } from './steps.ts';
import { StoreError } from './trouble.ts';

/** Files of this machine, and objects in buckets. */
export const CAPTURES: Reading = {
  first: (arrival, visitor) =>
    isObject(arrival) ? firstOfObject(arrival, visitor) : firstOfFile(arrival, visitor),
  again: async (arrival, visitor) => {
    if (!isObject(arrival)) return readFile(arrival, visitor);
    const opened = await opening(arrival);
    return 'message' in opened ? opened : readObject(arrival, opened.pieces, visitor);
  },
};

/** What it held when it was hashed must be what was read afterwards. */
const firstOfFile: Reading['first'] = async (arrival, visitor) => {
  const message = whyChanged(arrival);
  if (message !== undefined) return { message };
  const hashed = hashOf(arrival.path);
  if ('message' in hashed) return hashed;
  const read = await readFile(arrival, visitor);
  return 'message' in read ? read : { ...hashed, ...read };
};

const readFile = async (arrival: Arrival, visitor: PacketVisitor): Promise<Read | Refused> => {
  const pass = await readAgain(arrival.path, visitor, UNATTENDED);
  if (isComplaint(pass)) return { message: pass.complaint.replace(`${arrival.path}: `, '') };
  const changed = whyChanged(arrival);
  return changed === undefined ? readBy(pass) : { message: changed };
};

/** Half of a capture is no capture of a fleet: who cannot read on has read nothing. */
const readBy = (pass: Pass): Read | Refused => {
  const problems = problemsIn(pass);
  const unreadable = problems.find(({ code }) => code === 'unreadable');
  return unreadable ?? { counts: pass.reader.counts, problems };
};

const PIECE = Buffer.allocUnsafeSlow(1 << 20);

const hashOf = (path: string): { readonly hash: string } | Refused => {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return { hash: hashOfAll(descriptor) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { message: reasonOf(error as NodeJS.ErrnoException) };
  }
};

const hashOfAll = (descriptor: number): string => {
  const sum = createHash('sha256');
  for (;;) {
    const got = readSync(descriptor, PIECE);
    if (got === 0) return sum.digest('hex');
    sum.update(PIECE.subarray(0, got));
  }
};

type ObjectArrival = Arrival & { readonly etag: string };

/** An object is fetched once for both. */
const firstOfObject = async (
  arrival: ObjectArrival,
  visitor: PacketVisitor,
): Promise<(Read & { readonly hash: string }) | Refused> => {
  const opened = await opening(arrival);
  if ('message' in opened) return opened;
  const sum = createHash('sha256');
  const read = await readObject(arrival, opened.pieces, visitor, sum);
  return 'message' in read ? read : { ...read, hash: sum.digest('hex') };
};

const opening = async (
  arrival: ObjectArrival,
): Promise<{ readonly pieces: AsyncIterable<Uint8Array> } | Refused> => {
  const pieces = await openS3(arrival);
  return pieces instanceof S3Error ? refusedBy(arrival, pieces) : { pieces };
};

/** `sum` is told of every byte, those included that the capture's reader wanted no more. */
const readObject = async (
  arrival: ObjectArrival,
  pieces: AsyncIterable<Uint8Array>,
  visitor: PacketVisitor,
  sum?: Hash,
): Promise<Read | Refused> => {
  const source = new Tapped(pieces, sum);
  const pass = await readPieces(
    source,
    visitor,
    UNATTENDED.progressOf('', 0),
    UNATTENDED.interrupt,
  );
  await source.drain();
  if (source.trouble === undefined) return readBy(pass);
  if (source.trouble instanceof S3Error) return refusedBy(arrival, source.trouble);
  throw source.trouble;
};

/** Of the object itself it is a fact; the rest may be otherwise another time. */
const refusedBy = ({ path }: Arrival, { kind, message }: S3Error): Refused => {
  if (kind === 'changed' || kind === 'missing') return { message };
  throw new StoreError(`${path}: ${message}`);
};

/** Pieces on their way to a reader, who may leave before the end, and what went wrong with them. */
class Tapped implements AsyncIterable<Uint8Array> {
  trouble: unknown;
  private readonly pieces: AsyncIterator<Uint8Array>;
  private readonly sum: Hash | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>, sum: Hash | undefined) {
    this.pieces = pieces[Symbol.asyncIterator]();
    this.sum = sum;
  }

  /** Who leaves early does not end it. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.next() };
  }

  /** The rest, for the sum. */
  async drain(): Promise<void> {
    if (this.trouble !== undefined) return;
    if (this.sum === undefined) return void (await this.pieces.return?.());
    try {
      while ((await this.next()).done !== true);
    } catch {
      // Kept as `trouble`.
    }
  }

  private async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const got = await this.pieces.next();
      if (got.done !== true) this.sum?.update(got.value);
      return got;
    } catch (error) {
      this.trouble = error;
      throw error;
    }
  }
}
