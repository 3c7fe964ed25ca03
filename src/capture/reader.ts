import { Delivery } from './delivery.ts';
import { type Format, bytesText } from './format.ts';
import { looksLike } from './magic.ts';
import { PCAP_FILE_HEADER, type PcapHeader, PcapRecords } from './pcap.ts';
import { PcapngBlocks } from './pcapng.ts';
import type { CaptureCounts, Problem } from './problem.ts';
import type { CaptureVisitor } from './transcript.ts';

/**
 * Reads a capture (pcap or pcapng, not compressed) from pieces of any size, in order, and shows
 * each packet to the visitor as soon as it is whole. What is wrong with the input is told in
 * `problems`; nothing throws because of it, and what was read before was delivered.
 */
export class CaptureReader {
  private readonly delivery: Delivery;
  private format: Format | undefined = undefined;
  /** The beginning of a record whose end has not arrived. */
  private carry = new Uint8Array(0);
  private carryView = new DataView(this.carry.buffer);
  private carried = 0;
  /** Bytes of the capture before the carried ones. */
  private consumed = 0;
  private ended = false;

  constructor(visitor: CaptureVisitor) {
    this.delivery = new Delivery(visitor);
  }

  get counts(): CaptureCounts {
    const { counts, packet } = this.delivery;
    if (counts.packets > 0) counts.endSeconds = packet.seconds + packet.nanos * 1e-9;
    return counts;
  }

  /** In the order of the capture; at most 64, and the fatal one if there is one. */
  get problems(): readonly Problem[] {
    return this.delivery.problems;
  }

  /** Problems beyond those listed. */
  get furtherProblems(): number {
    return this.delivery.furtherProblems;
  }

  /** A fatal problem was met: whatever is pushed from now on is not looked at. */
  get stopped(): boolean {
    return this.delivery.stopped;
  }

  /** Bytes of the capture read so far. */
  get position(): number {
    return this.consumed;
  }

  /** Takes the next piece; its memory may be used again as soon as this returns. */
  push(chunk: Uint8Array): void {
    if (this.ended) throw new Error('push after end');
    let at = 0;
    while (this.carried > 0 && !this.stopped) {
      at = this.completeCarry(chunk, at);
      if (at < 0) return;
    }
    if (this.stopped || at === chunk.length) return;
    const bytes = plain(chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stop = this.parse(bytes, view, at, bytes.length, this.consumed - at, false);
    this.consumed += stop - at;
    if (!this.stopped) this.keep(bytes, stop);
  }

  /** No more will come. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.stopped) return;
    if (this.carried > 0) {
      const { carry, carryView, carried, consumed } = this;
      const stop = this.parse(carry, carryView, 0, carried, consumed, true);
      this.consumed += stop;
      this.carried -= stop;
    }
    if (this.consumed === 0 && this.carried === 0) {
      this.delivery.fail('empty', 0, 'the file is empty');
    } else if (this.carried > 0 && !this.stopped) {
      this.tellCut();
    }
  }

  private tellCut(): void {
    const { carried, consumed, delivery } = this;
    const what = consumed === 0 ? 'the file header' : 'a packet or block';
    delivery.fail('cut-short', consumed, `the capture ends ${bytesText(carried)} into ${what}`);
  }

  /**
   * Adds to the carried beginning as much of the chunk as its record needs, and reads it. Returns
   * the place in the chunk to go on at, or -1 where all of it was taken and the record is not whole.
   */
  private completeCarry(chunk: Uint8Array, at: number): number {
    const missing = this.need() - this.carried;
    const take = Math.min(Math.max(missing, 0), chunk.length - at);
    this.reserve(this.carried + take);
    this.carry.set(chunk.subarray(at, at + take), this.carried);
    this.carried += take;
    if (take < missing) return -1;
    const stop = this.parse(this.carry, this.carryView, 0, this.carried, this.consumed, false);
    this.consumed += stop;
    this.carry.copyWithin(0, stop, this.carried);
    this.carried -= stop;
    return at + take;
  }

  private keep(bytes: Uint8Array, from: number): void {
    this.carried = bytes.length - from;
    this.reserve(this.carried);
    this.carry.set(bytes.subarray(from), 0);
  }

  private reserve(length: number): void {
    if (this.carry.length >= length) return;
    const larger = new Uint8Array(Math.max(length, this.carry.length * 2, 4096));
    larger.set(this.carry.subarray(0, this.carried));
    this.carry = larger;
    this.carryView = new DataView(larger.buffer);
  }

  private need(): number {
    return this.format === undefined ? PCAP_FILE_HEADER : this.format.need;
  }

  private parse(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    base: number,
    last: boolean,
  ): number {
    let at = from;
    if (this.format === undefined) {
      if (to - at < PCAP_FILE_HEADER && !last) return at;
      at = this.detect(bytes, view, at, to);
    }
    return this.format === undefined ? at : this.format.parse(bytes, view, at, to, base, last);
  }

  /** Chooses the format by its magic number; returns the place after the file header. */
  private detect(bytes: Uint8Array, view: DataView, at: number, to: number): number {
    const magic = to - at >= 4 ? view.getUint32(at) : 0;
    if (magic === 0x0a0d0d0a) {
      this.format = new PcapngBlocks(this.delivery);
      return at;
    }
    const kind = PCAP_MAGICS.get(magic);
    if (kind === undefined) {
      const what = looksLike(bytes.subarray(at, to));
      const seen = what === undefined ? '' : `: it looks like ${what}`;
      this.delivery.fail('not-a-capture', 0, `neither pcap nor pcapng${seen}`);
      return at;
    }
    return to - at < PCAP_FILE_HEADER ? at : this.startPcap(kind, view, at);
  }

  private startPcap(kind: PcapKind, view: DataView, at: number): number {
    const { littleEndian } = kind;
    const major = view.getUint16(at + 4, littleEndian);
    if (major !== 2) {
      const version = `${major}.${view.getUint16(at + 6, littleEndian)}`;
      this.delivery.fail('unsupported-version', 4, `pcap version ${version}`);
      return at;
    }
    const header: PcapHeader = {
      ...kind,
      snapLength: view.getInt32(at + 16, littleEndian),
      // The upper bits tell of a frame check sequence.
      linkType: view.getUint32(at + 20, littleEndian) & 0xffff,
    };
    this.delivery.transcript?.pcap(header);
    this.format = new PcapRecords(this.delivery, header);
    return at + PCAP_FILE_HEADER;
  }
}

interface PcapKind {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly recordHeader: number;
}

const pcapKind = (littleEndian: boolean, nanoseconds: boolean, recordHeader: number): PcapKind => ({
  littleEndian,
  nanoseconds,
  recordHeader,
});

/** The magic number as a big-endian reader sees it. */
const PCAP_MAGICS: ReadonlyMap<number, PcapKind> = new Map([
  [0xa1b2c3d4, pcapKind(false, false, 16)],
  [0xd4c3b2a1, pcapKind(true, false, 16)],
  [0xa1b23c4d, pcapKind(false, true, 16)],
  [0x4d3cb2a1, pcapKind(true, true, 16)],
  [0xa1b2cd34, pcapKind(false, false, 24)],
  [0x34cdb2a1, pcapKind(true, false, 24)],
]);

/** Views of one kind only, whatever subclass the caller has, keep the hot loop monomorphic. */
const plain = (chunk: Uint8Array): Uint8Array =>
  new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
