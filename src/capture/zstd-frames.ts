import { bytesText } from './format.ts';

/** The window that zstd's own command line accepts without being asked: 2^27 bytes. */
const LARGEST_WINDOW = 128 * 1024 * 1024;
const LARGEST_BLOCK = 128 * 1024;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

type Part = 'magic' | 'skippable' | 'descriptor' | 'header' | 'block';

/**
 * Walks along the frames and blocks of zstd data (RFC 8878 §3.1) without decoding them, so that
 * memory is asked for only where the header's claim is sane, and a fault has a place.
 */
export class ZstdFrames {
  /** Bytes found good so far. */
  position = 0;
  private part: Part = 'magic';
  /** Bytes of a part that come before anything is looked at again. */
  private skip = 0;
  private readonly field = new Uint8Array(16);
  private readonly view = new DataView(this.field.buffer);
  private filled = 0;
  private wanted = 4;
  private hasChecksum = false;

  /** Between two frames, or at the beginning. */
  get atBoundary(): boolean {
    return this.part === 'magic' && this.filled === 0 && this.skip === 0;
  }

  /** Returns what is wrong, at `position`, or undefined. */
  push(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      const skipped = Math.min(this.skip, chunk.length - at);
      this.skip -= skipped;
      const take = Math.min(this.wanted - this.filled, chunk.length - at - skipped);
      this.field.set(chunk.subarray(at + skipped, at + skipped + take), this.filled);
      this.filled += take;
      at += skipped + take;
      if (this.filled === this.wanted) {
        const trouble = this.partDone();
        if (trouble !== undefined) {
          this.position += skipped;
          return trouble;
        }
      }
      this.position += skipped + take;
    }
    return undefined;
  }

  private partDone(): string | undefined {
    switch (this.part) {
      case 'magic':
        return this.magic(this.view.getUint32(0, true));
      case 'skippable':
        this.next('magic', 4, this.view.getUint32(0, true));
        return undefined;
      case 'descriptor':
        return this.descriptor(this.field[0]);
      case 'header':
        return this.header();
      case 'block':
        return this.block();
    }
  }

  /** Goes on to a part of `wanted` bytes that begins after `skip` more. */
  private next(part: Part, wanted: number, skip: number): void {
    this.part = part;
    this.wanted = wanted;
    this.filled = 0;
    this.skip = skip;
  }

  private magic(magic: number): string | undefined {
    if (magic === FRAME_MAGIC) this.next('descriptor', 1, 0);
    else if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) this.next('skippable', 4, 0);
    else return 'what follows is not a zstd frame';
    return undefined;
  }

  /** The descriptor stays in front of the fields whose sizes it gives. */
  private descriptor(descriptor: number): string | undefined {
    if ((descriptor & 0x08) !== 0) return 'the zstd frame header sets a reserved bit';
    this.hasChecksum = (descriptor & 0x04) !== 0;
    this.part = 'header';
    this.wanted = 1 + windowBytes(descriptor) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
    return this.filled === this.wanted ? this.header() : undefined;
  }

  private header(): string | undefined {
    const descriptor = this.field[0];
    const dictionaryAt = 1 + windowBytes(descriptor);
    const sizeAt = dictionaryAt + dictionaryBytes(descriptor);
    if (this.field.subarray(dictionaryAt, sizeAt).some((byte) => byte !== 0)) {
      return 'the zstd frame needs a dictionary';
    }
    const window =
      windowBytes(descriptor) === 1 ? describedWindow(this.field[1]) : this.size(sizeAt);
    if (window > LARGEST_WINDOW) return `the zstd frame wants a window of ${bytesText(window)}`;
    this.next('block', 3, 0);
    return undefined;
  }

  private size(at: number): number {
    switch (sizeBytes(this.field[0])) {
      case 1:
        return this.field[at];
      case 2:
        return this.view.getUint16(at, true) + 256;
      case 4:
        return this.view.getUint32(at, true);
      default:
        return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
    }
  }

  private block(): string | undefined {
    const header = this.field[0] | (this.field[1] << 8) | (this.field[2] << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3) return 'a zstd block has a reserved type';
    if (size > LARGEST_BLOCK) return `a zstd block claims ${bytesText(size)}`;
    const onWire = type === 1 ? 1 : size;
    if ((header & 1) === 0) this.next('block', 3, onWire);
    else this.next('magic', 4, onWire + (this.hasChecksum ? 4 : 0));
    return undefined;
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
