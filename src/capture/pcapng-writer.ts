import { BlockBuffer } from './block-buffer.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

const OPTION_END = 0;
const OPTION_INTERFACE_NAME = 2;
const OPTION_TSRESOL = 9;
const OPTION_USER_APPLICATION = 4;
const OPTION_ENDTIME = 3;
const OPTION_IFDROP = 5;
const NANOSECONDS = 9;

/** Bytes of IP, with no link header before them (tcpdump.org/linktypes.html). */
const LINKTYPE_RAW = 101;

/**
 * Writes a capture in pcapng (draft-ietf-opsawg-pcapng): one section, one interface,
 * time in nanoseconds, a comment on each packet that has something to say. The same packets give
 * the same bytes.
 */
export class PcapngWriter {
  private readonly blocks = new BlockBuffer();

  /** `interfaceName`: where the packets were seen, as `client`. Bytes of IP, unless told otherwise. */
  constructor(interfaceName: string, linkType = LINKTYPE_RAW) {
    const { blocks } = this;
    const section = blocks.begin(SECTION_HEADER);
    blocks.u32(BYTE_ORDER_MAGIC);
    blocks.u32(1);
    // Section length: not told.
    blocks.u32(0xffff_ffff);
    blocks.u32(0xffff_ffff);
    blocks.textOption(OPTION_USER_APPLICATION, 'resetlab');
    blocks.u32(OPTION_END);
    blocks.end(section);
    const description = blocks.begin(INTERFACE_DESCRIPTION);
    blocks.u32(linkType);
    // No snap length.
    blocks.u32(0);
    blocks.textOption(OPTION_INTERFACE_NAME, interfaceName);
    blocks.option(OPTION_TSRESOL, Uint8Array.of(NANOSECONDS));
    blocks.u32(OPTION_END);
    blocks.end(description);
  }

  /** Adds a packet, captured whole. `epochMs`: since 1970, fractions allowed, told to the nanosecond. */
  packet(epochMs: number, packet: Uint8Array, comment?: string): void {
    const seconds = Math.floor(epochMs / 1000);
    const nanos = Math.round((epochMs - seconds * 1000) * 1e6);
    this.frame(seconds, nanos, packet, packet.length, comment);
  }

  /** Adds a frame of which perhaps only the beginning was captured; `original`: bytes on the wire. */
  frame(
    seconds: number,
    nanos: number,
    captured: Uint8Array,
    original: number,
    comment?: string,
  ): void {
    const { blocks } = this;
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    const block = blocks.begin(ENHANCED_PACKET);
    blocks.u32(0);
    blocks.u32(Number(time >> 32n));
    blocks.u32(Number(time & 0xffff_ffffn));
    blocks.u32(captured.length);
    blocks.u32(original);
    blocks.padded(captured);
    if (comment !== undefined) {
      blocks.comment(comment);
      blocks.u32(OPTION_END);
    }
    blocks.end(block);
  }

  /** Says that the capture listened to this moment (milliseconds since 1970), and lost nothing. */
  listenedUntil(epochMs: number): void {
    const { blocks } = this;
    const time = BigInt(Math.round(epochMs * 1e6));
    const [high, low] = [Number(time >> 32n), Number(time & 0xffff_ffffn)];
    const statistics = blocks.begin(INTERFACE_STATISTICS);
    blocks.u32(0);
    blocks.u32(high);
    blocks.u32(low);
    blocks.option(OPTION_ENDTIME, eightBytes(high, low));
    blocks.option(OPTION_IFDROP, eightBytes(0, 0));
    blocks.u32(OPTION_END);
    blocks.end(statistics);
  }

  /** The capture so far: a copy. */
  whole(): Uint8Array {
    return this.blocks.written.slice();
  }
}

/** Times come as two words, the upper one first; counts as one number. */
const eightBytes = (high: number, low: number): Uint8Array =>
  new Uint8Array(Uint32Array.of(high, low).buffer);
