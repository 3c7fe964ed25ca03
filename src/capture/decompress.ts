import { Decompress } from 'fzstd';
import type { Problem } from './problem.ts';
import { ZstdFrames } from './zstd-frames.ts';

/**
 * zstd, from pieces to pieces: several frames, skippable ones among them. Checksums are not
 * verified. What is pushed may be used again as soon as `push` returns, and what `onData` gets is
 * valid during that call only.
 */
export class ZstdDecompressor {
  /** Set once the input proves bad: nothing after it is looked at. Offsets are of the compressed bytes. */
  problem: Problem | undefined = undefined;
  private readonly frames = new ZstdFrames();
  private readonly inner: Decompress;
  private readonly onData: (chunk: Uint8Array) => void;
  private receiverThrew = false;
  private ended = false;

  constructor(onData: (chunk: Uint8Array) => void) {
    this.onData = onData;
    this.inner = new Decompress((chunk) => {
      this.hand(chunk);
    });
  }

  push(chunk: Uint8Array): void {
    if (this.ended) throw new Error('push after end');
    if (this.problem !== undefined || chunk.length === 0) return;
    const before = this.frames.position;
    const trouble = this.frames.push(chunk);
    const good = chunk.subarray(0, this.frames.position - before);
    // The decompressor keeps what it cannot use yet, so it gets a copy (Buffer's slice makes none).
    this.feed(new Uint8Array(good), false);
    if (trouble !== undefined) this.stop(trouble);
  }

  /** No more will come. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.problem !== undefined) return;
    if (this.frames.atBoundary) this.feed(new Uint8Array(0), true);
    else this.stop('the zstd data ends in the middle of a frame');
  }

  /** Tells what is wrong, and has out what small frames the decompressor still held back. */
  private stop(message: string): void {
    this.fail(message);
    this.feed(new Uint8Array(0), true);
  }

  private hand(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.receiverThrew = true;
    this.onData(chunk);
    this.receiverThrew = false;
  }

  /** What the decompressor throws is the input's fault; what the receiver throws is not. */
  private feed(bytes: Uint8Array, last: boolean): void {
    try {
      this.inner.push(bytes, last);
    } catch (error) {
      if (this.receiverThrew) throw error;
      this.fail(`zstd: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private fail(message: string): void {
    const offset = this.frames.position;
    this.problem ??= { code: 'bad-compression', frame: 0, offset, message, fatal: true };
  }
}
