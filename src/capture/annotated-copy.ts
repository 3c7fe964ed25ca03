import { BlockBuffer } from './block-buffer.ts';
import type { PcapHeader } from './pcap.ts';
import type { Transcript } from './transcript.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const OPTION_END = 0;
const OPTION_USER_APPLICATION = 4;
const OPTION_TSRESOL = 9;
const MICROSECONDS = 6;
const NANOSECONDS = 9;

/** Where a section header says how long its section is. */
const SECTION_LENGTH = 16;
const NOT_TOLD = 0xffff_ffff;

/** Bytes gathered before they are handed on. */
const PIECE = 1 << 20;

/** What an annotated copy shall hold. */
export interface Annotations {
  /** Whether the packet shall be in the copy. Asked once for each, in order. */
  keeps(frame: number): boolean;
  /** What shall be written at the packet. */
  comments(frame: number): readonly string[];
}

/**
 * Copies a capture as pcapng, with comments at its packets (draft-ietf-opsawg-pcapng). Blocks of a
 * pcapng file stay byte for byte as they were, but for those comments and the lengths around them;
 * records of a pcap file become enhanced packet blocks with the same bytes and time.
 */
export class AnnotatedCopy implements Transcript {
  /** Packets written, and comments. */
  packets = 0;
  comments = 0;
  /** Comments that had no place: a simple packet block has no options. */
  unplaced = 0;
  private readonly annotations: Annotations;
  private readonly take: (bytes: Uint8Array) => void;
  private readonly blocks = new BlockBuffer();
  private nanoseconds = false;

  /** `take` gets the copy in pieces, each valid during the call only. */
  constructor(annotations: Annotations, take: (bytes: Uint8Array) => void) {
    this.annotations = annotations;
    this.take = take;
  }

  /** Hands on what is left. */
  end(): void {
    this.take(this.blocks.written);
    this.blocks.clear();
  }

  pcap({ nanoseconds, snapLength, linkType }: PcapHeader): void {
    const { blocks } = this;
    this.nanoseconds = nanoseconds;
    const section = blocks.begin(SECTION_HEADER);
    blocks.u32(BYTE_ORDER_MAGIC);
    blocks.u32(1);
    blocks.u32(NOT_TOLD);
    blocks.u32(NOT_TOLD);
    blocks.textOption(OPTION_USER_APPLICATION, 'resetlab');
    blocks.u32(OPTION_END);
    blocks.end(section);
    const description = blocks.begin(INTERFACE_DESCRIPTION);
    blocks.u32(linkType);
    blocks.u32(snapLength);
    const resolution = nanoseconds ? NANOSECONDS : MICROSECONDS;
    blocks.option(OPTION_TSRESOL, Uint8Array.of(resolution));
    blocks.u32(OPTION_END);
    blocks.end(description);
  }

  record(
    frame: number,
    bytes: Uint8Array,
    offset: number,
    captured: number,
    original: number,
    seconds: number,
    nanos: number,
  ): void {
    if (!this.annotations.keeps(frame)) return;
    const { blocks } = this;
    const time = this.nanoseconds
      ? BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
      : BigInt(seconds * 1_000_000 + Math.floor(nanos / 1000));
    const block = blocks.begin(ENHANCED_PACKET);
    blocks.u32(0);
    blocks.u32(Number(time >> 32n));
    blocks.u32(Number(time & 0xffff_ffffn));
    blocks.u32(captured);
    blocks.u32(original);
    blocks.padded(bytes.subarray(offset, offset + captured));
    this.writeComments(this.annotations.comments(frame));
    blocks.end(block);
    this.packets += 1;
    this.handOnIfFull();
  }

  block(
    frame: number,
    type: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    length: number,
    littleEndian: boolean,
  ): void {
    if (frame !== 0) {
      if (!this.annotations.keeps(frame)) return;
      this.packets += 1;
    }
    const comments = frame === 0 ? NONE : this.annotations.comments(frame);
    this.blocks.littleEndian = littleEndian;
    if (comments.length === 0 || type === SIMPLE_PACKET) {
      this.unplaced += comments.length;
      this.copy(type, bytes.subarray(at, at + length));
    } else {
      const options = packetEnd(view, at, littleEndian);
      const end = optionsEnd(view, options, at + length - 4, littleEndian);
      this.copyWith(comments, bytes.subarray(at, end));
    }
    this.handOnIfFull();
  }

  /** The length of a section may change, so it is no longer told. */
  private copy(type: number, block: Uint8Array): void {
    const { blocks } = this;
    const at = blocks.length;
    blocks.raw(block);
    if (type !== SECTION_HEADER) return;
    blocks.setU32(at + SECTION_LENGTH, NOT_TOLD);
    blocks.setU32(at + SECTION_LENGTH + 4, NOT_TOLD);
  }

  /** `block`: up to the end of its options. */
  private copyWith(comments: readonly string[], block: Uint8Array): void {
    const { blocks } = this;
    const at = blocks.length;
    blocks.raw(block);
    this.writeComments(comments);
    blocks.end(at);
  }

  private writeComments(comments: readonly string[]): void {
    if (comments.length === 0) return;
    for (const comment of comments) this.blocks.comment(comment);
    this.blocks.u32(OPTION_END);
    this.comments += comments.length;
  }

  private handOnIfFull(): void {
    if (this.blocks.length >= PIECE) this.end();
  }
}

const NONE: readonly string[] = [];

/** Where the options of an enhanced or an obsolete packet block begin. */
const packetEnd = (view: DataView, at: number, little: boolean): number =>
  at + 28 + ((view.getUint32(at + 20, little) + 3) & ~3);

/** Where the list of options ends; the mark of its end, if there is one, is not of it. */
const optionsEnd = (view: DataView, from: number, to: number, little: boolean): number => {
  let at = from;
  while (at + 4 <= to && view.getUint16(at, little) !== OPTION_END) {
    const next = at + 4 + ((view.getUint16(at + 2, little) + 3) & ~3);
    if (next > to) return at;
    at = next;
  }
  return at;
};
