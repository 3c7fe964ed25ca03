import { closeSync, read } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { ZstdDecompressor } from '../capture/decompress.ts';
import { sniffCompression } from '../capture/magic.ts';
import { CaptureReader } from '../capture/reader.ts';
import type { Problem } from '../capture/problem.ts';
import type { CaptureVisitor } from '../capture/transcript.ts';
import type { CaptureSource } from './capture-source.ts';
import type { Interruption, Progress } from './operator.ts';
import { unreadable, type Pass } from './read-capture.ts';

/** Bytes that must be there before it can be said how they are compressed. */
const SNIFF = 4;

/** Takes the bytes of a stream in order; each returns what went wrong, if anything did. */
interface Sink {
  push(chunk: Uint8Array): Promise<Problem | undefined> | Problem | undefined;
  end(): Promise<Problem | undefined> | Problem | undefined;
}

/**
 * Shows every packet of a stream to the visitor as the bytes come in, decompressed; closes it.
 * `between` is called after each piece.
 */
export const readStream = async (
  source: CaptureSource,
  visitor: CaptureVisitor,
  progress: Progress,
  interrupt: Interruption,
  between: () => Promise<void> | undefined,
): Promise<Pass> => {
  try {
    const coming = pieces(source.descriptor, interrupt);
    return await readPieces(coming, visitor, progress, interrupt, between);
  } finally {
    if (source.descriptor !== 0) closeSync(source.descriptor);
  }
};

const nothing = (): undefined => undefined;

/** The same of pieces that come from elsewhere; trouble that they throw is a `problem` of the pass. */
export const readPieces = async (
  coming: AsyncIterable<Uint8Array>,
  visitor: CaptureVisitor,
  progress: Progress,
  interrupt: Interruption,
  between: () => Promise<void> | undefined = nothing,
): Promise<Pass> => {
  const reader = new CaptureReader(visitor);
  let bytes = 0;
  const pass = (problem: Problem | undefined): Pass => ({
    reader,
    bytes,
    problem,
    interrupted: interrupt.asked,
  });
  const sink = new SniffingSink(reader);
  try {
    for await (const chunk of coming) {
      const before = reader.counts.packets;
      const problem = await sink.push(chunk);
      bytes += chunk.length;
      progress.advance(chunk.length, reader.counts.packets - before);
      if (problem !== undefined) return pass(problem);
      const full = between();
      if (full !== undefined) await full;
      if (reader.stopped || interrupt.asked) break;
    }
  } catch (error) {
    return pass(
      interrupt.asked ? undefined : unreadable(error as Error, reader.counts.packets, bytes),
    );
  }
  // Ctrl-C ends a whole pipeline: the end of the input may be here before the signal is.
  await setImmediate();
  return pass(interrupt.asked ? undefined : await sink.end());
};

const PIECE = 1 << 20;
/** A pipe that somebody made non-blocking is asked again after this many milliseconds. */
const ASK_AGAIN_MS = 5;

/**
 * What a descriptor delivers, always in the same two pieces of memory: a stream of Node's would
 * allocate for every 64 KiB. While one is worked on, the other is being filled. Ends at the end of
 * the input, or when somebody interrupts.
 */
async function* pieces(descriptor: number, interrupt: Interruption): AsyncGenerator<Uint8Array> {
  let [piece, other] = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)];
  const interrupted = new Promise<number>((resolve) => {
    interrupt.wake(() => resolve(0));
  });
  let reading = readSome(descriptor, piece);
  for (;;) {
    const got = await Promise.race([reading, interrupted]);
    if (got === 0) break;
    if (got === undefined) await setTimeout(ASK_AGAIN_MS);
    const full = piece;
    [piece, other] = [other, piece];
    reading = readSome(descriptor, piece);
    // A failure is told when its turn comes.
    reading.catch(() => {});
    if (got !== undefined) yield full.subarray(0, got);
  }
  interrupt.wake(undefined);
}

/** How many bytes were read, 0 at the end; undefined: nothing is there yet. */
const readSome = (descriptor: number, into: Buffer): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    read(descriptor, into, 0, into.length, null, (error, got) => {
      if (error === null) resolve(got);
      else if (error.code === 'EAGAIN') resolve(undefined);
      else if (error.code === 'EOF') resolve(0);
      else reject(error);
    });
  });

/** Finds out from the first bytes whether the capture is compressed, and hands them on. */
class SniffingSink implements Sink {
  readonly #reader: CaptureReader;
  #start: Uint8Array = new Uint8Array(0);
  #inner: Sink | undefined;

  constructor(reader: CaptureReader) {
    this.#reader = reader;
  }

  push(chunk: Uint8Array): Promise<Problem | undefined> | Problem | undefined {
    if (this.#inner !== undefined) return this.#inner.push(chunk);
    // A copy: the piece's memory is used again.
    this.#start = Buffer.concat([this.#start, chunk]);
    return this.#start.length < SNIFF ? undefined : this.#choose().push(this.#start);
  }

  async end(): Promise<Problem | undefined> {
    if (this.#inner === undefined) {
      const problem = await this.#choose().push(this.#start);
      if (problem !== undefined) return problem;
    }
    return this.#inner?.end();
  }

  #choose(): Sink {
    const compression = sniffCompression(this.#start);
    this.#inner =
      compression === 'gzip'
        ? new GzipSink(this.#reader)
        : compression === 'zstd'
          ? new ZstdSink(this.#reader)
          : new PlainSink(this.#reader);
    return this.#inner;
  }
}

class PlainSink implements Sink {
  readonly #reader: CaptureReader;

  constructor(reader: CaptureReader) {
    this.#reader = reader;
  }

  push(chunk: Uint8Array): undefined {
    this.#reader.push(chunk);
  }

  end(): undefined {
    this.#reader.end();
  }
}

/** Decompresses one gzip member after the other; what came out before damage is kept. */
class GzipSink implements Sink {
  readonly #reader: CaptureReader;
  readonly #gunzip = createGunzip({ chunkSize: 1 << 18 });
  #problem: Problem | undefined;
  /** Ends the wait for the piece in work: after damage, its own callback never comes. */
  #settle: (problem: Problem | undefined) => void = () => {};

  constructor(reader: CaptureReader) {
    this.#reader = reader;
    this.#gunzip.on('data', (chunk: Buffer) => reader.push(chunk));
    this.#gunzip.on('error', (error) => {
      this.#problem = this.#damage(error);
      this.#settle(this.#problem);
    });
  }

  push(chunk: Uint8Array): Promise<Problem | undefined> | Problem {
    if (this.#problem !== undefined) return this.#problem;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#gunzip.write(chunk, () => resolve(this.#problem));
    });
  }

  end(): Promise<Problem | undefined> | Problem {
    if (this.#problem !== undefined) return this.#problem;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#gunzip.once('end', () => {
        this.#reader.end();
        resolve(undefined);
      });
      this.#gunzip.end();
    });
  }

  #damage(error: Error): Problem {
    return {
      code: 'bad-compression',
      frame: this.#reader.counts.packets,
      // Of the compressed file: there lies the damage.
      offset: this.#gunzip.bytesWritten,
      message: `gzip: ${error.message}`,
      fatal: true,
    };
  }
}

/** Decompresses zstd; what came out before damage is kept. */
class ZstdSink implements Sink {
  readonly #reader: CaptureReader;
  readonly #zstd: ZstdDecompressor;

  constructor(reader: CaptureReader) {
    this.#reader = reader;
    this.#zstd = new ZstdDecompressor((chunk) => reader.push(chunk));
  }

  push(chunk: Uint8Array): Problem | undefined {
    this.#zstd.push(chunk);
    return this.#problem();
  }

  end(): Problem | undefined {
    this.#zstd.end();
    const problem = this.#problem();
    if (problem === undefined) this.#reader.end();
    return problem;
  }

  #problem(): Problem | undefined {
    const { problem } = this.#zstd;
    return problem && { ...problem, frame: this.#reader.counts.packets };
  }
}
