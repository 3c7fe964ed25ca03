const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_INTERFACE_NAME = 2;
const OPTION_TSRESOL = 9;
const OPTION_USER_APPLICATION = 4;
const NANOSECONDS = 9;

/** Bytes of IP, with no link header before them (tcpdump.org/linktypes.html). */
const LINKTYPE_RAW = 101;

/**
 * Writes a capture of IP packets in pcapng (draft-ietf-opsawg-pcapng): one section, one interface,
 * time in nanoseconds, a comment on each packet that has something to say. The same packets give
 * the same bytes.
 */
export class PcapngWriter {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** `interfaceName`: where the packets were seen, as `client`. */
  constructor(interfaceName: string) {
    const section = this.begin(SECTION_HEADER);
    this.u32(BYTE_ORDER_MAGIC);
    this.u32(1);
    // Section length: not told.
    this.u32(0xffff_ffff);
    this.u32(0xffff_ffff);
    this.textOption(OPTION_USER_APPLICATION, 'resetlab');
    this.u32(OPTION_END);
    this.end(section);
    const description = this.begin(INTERFACE_DESCRIPTION);
    this.u32(LINKTYPE_RAW);
    // No snap length.
    this.u32(0);
    this.textOption(OPTION_INTERFACE_NAME, interfaceName);
    this.option(OPTION_TSRESOL, Uint8Array.of(NANOSECONDS));
    this.u32(OPTION_END);
    this.end(description);
  }

  /** Adds a packet, captured whole. `epochMs`: since 1970, fractions allowed, told to the nanosecond. */
  packet(epochMs: number, packet: Uint8Array, comment?: string): void {
    const seconds = Math.floor(epochMs / 1000);
    const nanos = Math.round((epochMs - seconds * 1000) * 1e6);
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    const block = this.begin(ENHANCED_PACKET);
    this.u32(0);
    this.u32(Number(time >> 32n));
    this.u32(Number(time & 0xffff_ffffn));
    this.u32(packet.length);
    this.u32(packet.length);
    this.padded(packet);
    if (comment !== undefined) {
      this.textOption(OPTION_COMMENT, comment);
      this.u32(OPTION_END);
    }
    this.end(block);
  }

  /** The capture so far: a copy. */
  whole(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Begins a block, and says where, for `end`. */
  private begin(type: number): number {
    const at = this.length;
    this.u32(type);
    this.u32(0);
    return at;
  }

  /** A block ends with its length, which also stands at its beginning. */
  private end(begin: number): void {
    const length = this.length + 4 - begin;
    this.u32(length);
    this.view.setUint32(begin + 4, length, true);
  }

  private textOption(code: number, text: string): void {
    this.option(code, utf8(text).subarray(0, 0xffff));
  }

  private option(code: number, value: Uint8Array): void {
    this.u32((value.length << 16) | code);
    this.padded(value);
  }

  private u32(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  private padded(data: Uint8Array): void {
    const length = (data.length + 3) & ~3;
    this.room(length);
    this.bytes.set(data, this.length);
    this.length += length;
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** `TextEncoder` belongs to browsers and Node, not to the language. */
const utf8 = (text: string): Uint8Array => {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at += 1) {
    if (escaped[at] === '%') {
      bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(escaped.charCodeAt(at));
    }
  }
  return Uint8Array.from(bytes);
};
