import { bytesText } from './format.ts';
import type { Problem } from './problem.ts';
import { ZstdBlocks } from './zstd-block.ts';
import { ZstdFault, fault } from './zstd-fault.ts';
import { LARGEST_BLOCK, ZstdWindow } from './zstd-window.ts';

/** The window that zstd's own command line accepts without being asked: 2^27 bytes. */
const LARGEST_WINDOW = 128 * 1024 * 1024;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** The decoder may look at a few bytes behind a block, whatever they are. */
const SPARE = 64;

const RAW = 0;
const REPEATED = 1;
const COMPRESSED = 2;

type Part = 'magic' | 'skippable' | 'descriptor' | 'header' | 'block' | 'content';

/**
 * zstd (RFC 8878), from pieces to pieces: several frames, skippable ones among them, windows of up
 * to 128 MiB; no dictionaries. Checksums are not verified. What is pushed may be used again as soon
 * as `push` returns, and what `onData` gets is valid during that call only.
 */
export class ZstdDecompressor {
  /** Set once the input proves bad: nothing after it is looked at. Offsets are of the compressed bytes. */
  problem: Problem | undefined = undefined;
  private readonly onData: (chunk: Uint8Array) => void;
  private readonly window = new ZstdWindow();
  private readonly blocks = new ZstdBlocks(this.window);
  private ended = false;
  private part: Part = 'magic';
  /** Where in the compressed data the part began. */
  private partAt = 0;
  /** The bytes of the part, how many there are, and how many it has. */
  private readonly input = new Uint8Array(LARGEST_BLOCK + SPARE);
  private readonly view = new DataView(this.input.buffer);
  private filled = 0;
  private wanted = 4;
  /** Bytes to pass over before the part begins. */
  private skip = 0;
  private checksum = 0;
  private blockType = RAW;
  private blockSize = 0;
  private lastBlock = false;

  constructor(onData: (chunk: Uint8Array) => void) {
    this.onData = onData;
  }

  push(chunk: Uint8Array): void {
    if (this.ended) throw new Error('push after end');
    let at = 0;
    while (at < chunk.length && this.problem === undefined) {
      const skipped = Math.min(this.skip, chunk.length - at);
      this.skip -= skipped;
      this.partAt += skipped;
      at += skipped;
      const take = Math.min(this.wanted - this.filled, chunk.length - at);
      this.input.set(chunk.subarray(at, at + take), this.filled);
      this.filled += take;
      at += take;
      if (this.filled === this.wanted && this.skip === 0) this.partDone();
    }
  }

  /** No more will come. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.problem !== undefined) return;
    if (this.part === 'magic' && this.filled === 0 && this.skip === 0) return;
    this.fail('the zstd data ends in the middle of a frame', this.partAt + this.filled);
  }

  private fail(message: string, offset: number): void {
    this.problem = { code: 'bad-compression', frame: 0, offset, message, fatal: true };
  }

  private partDone(): void {
    const { end } = this.window;
    try {
      this.takePart();
    } catch (error) {
      if (!(error instanceof ZstdFault)) throw error;
      this.window.end = end;
      this.fail(error.message, this.partAt);
    }
  }

  private takePart(): void {
    switch (this.part) {
      case 'magic':
        return this.takeMagic(this.view.getUint32(0, true));
      case 'skippable':
        return this.next('magic', 4, this.view.getUint32(0, true));
      case 'descriptor':
        return this.takeDescriptor(this.input[0]);
      case 'header':
        return this.takeHeader();
      case 'block':
        return this.takeBlockHeader();
      case 'content':
        return this.takeContent();
    }
  }

  /** Goes on to a part of `wanted` bytes that begins after `skip` more. */
  private next(part: Part, wanted: number, skip: number): void {
    this.part = part;
    this.partAt += this.filled;
    this.wanted = wanted;
    this.filled = 0;
    this.skip = skip;
  }

  private takeMagic(magic: number): void {
    if (magic === FRAME_MAGIC) this.next('descriptor', 1, 0);
    else if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) this.next('skippable', 4, 0);
    else fault('what follows is not a zstd frame');
  }

  /** RFC 8878 §3.1.1.1. The descriptor stays in front of the fields whose sizes it gives. */
  private takeDescriptor(descriptor: number): void {
    if ((descriptor & 0x08) !== 0) fault('the zstd frame header sets a reserved bit');
    this.checksum = (descriptor & 0x04) === 0 ? 0 : 4;
    this.part = 'header';
    this.wanted = 1 + windowBytes(descriptor) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
    if (this.filled === this.wanted) this.takeHeader();
  }

  private takeHeader(): void {
    const descriptor = this.input[0];
    const dictionaryAt = 1 + windowBytes(descriptor);
    const sizeAt = dictionaryAt + dictionaryBytes(descriptor);
    if (this.input.subarray(dictionaryAt, sizeAt).some((byte) => byte !== 0)) {
      fault('the zstd frame needs a dictionary');
    }
    const size =
      windowBytes(descriptor) === 1 ? describedWindow(this.input[1]) : this.contentSize(sizeAt);
    if (size > LARGEST_WINDOW) fault(`the zstd frame wants a window of ${bytesText(size)}`);
    this.window.begin(size);
    this.blocks.begin();
    this.next('block', 3, 0);
  }

  private contentSize(at: number): number {
    switch (sizeBytes(this.input[0])) {
      case 1:
        return this.input[at];
      case 2:
        return this.view.getUint16(at, true) + 256;
      case 4:
        return this.view.getUint32(at, true);
      default:
        return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
    }
  }

  /** RFC 8878 §3.1.1.2. */
  private takeBlockHeader(): void {
    const header = this.input[0] | (this.input[1] << 8) | (this.input[2] << 16);
    this.lastBlock = (header & 1) === 1;
    this.blockType = (header >> 1) & 3;
    this.blockSize = header >> 3;
    if (this.blockType > COMPRESSED) fault('a zstd block has a reserved type');
    if (this.blockSize > LARGEST_BLOCK) fault(`a zstd block claims ${bytesText(this.blockSize)}`);
    const content = this.blockType === REPEATED ? 1 : this.blockSize;
    if (content === 0) this.blockDone();
    else this.next('content', content, 0);
  }

  private takeContent(): void {
    const { window, blockSize } = this;
    window.reserve();
    const start = window.end;
    if (this.blockType === RAW) window.put(this.input, 0, blockSize);
    else if (this.blockType === REPEATED) window.fill(this.input[0], blockSize);
    else this.blocks.decode(this.input, blockSize);
    this.blockDone();
    if (window.end > start) this.onData(window.bytes.subarray(start, window.end));
  }

  private blockDone(): void {
    if (this.lastBlock) this.next('magic', 4, this.checksum);
    else this.next('block', 3, 0);
  }
}

/** Absent in a frame of a single segment: the window is then its size. */
const windowBytes = (descriptor: number): number => ((descriptor & 0x20) === 0 ? 1 : 0);

const dictionaryBytes = (descriptor: number): number => {
  const flag = descriptor & 3;
  return flag === 3 ? 4 : flag;
};

const sizeBytes = (descriptor: number): number => {
  const flag = descriptor >> 6;
  if (flag === 0) return (descriptor & 0x20) === 0 ? 0 : 1;
  return 1 << flag;
};

const describedWindow = (byte: number): number => {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
};
