const OPTION_COMMENT = 1;
/** An option's length has 16 bits. */
const LONGEST_OPTION = 0xffff;
/** Half a character, which UTF-8 has no bytes for. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Blocks of pcapng, one after the other, in memory that grows. */
export class BlockBuffer {
  /** Of the section that is being written. */
  littleEndian = true;
  length = 0;
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);

  /** What was written since the last `clear`; valid until the next call that writes. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Begins a block, and says where, for `end`. */
  begin(type: number): number {
    const at = this.length;
    this.u32(type);
    this.u32(0);
    return at;
  }

  /** A block ends with its length, which also stands at its beginning. */
  end(begin: number): void {
    const length = this.length + 4 - begin;
    this.u32(length);
    this.setU32(begin + 4, length);
  }

  comment(text: string): void {
    this.textOption(OPTION_COMMENT, text);
  }

  /** UTF-8, cut at a character if it is longer than an option may be. */
  textOption(code: number, text: string): void {
    this.option(code, utf8(text));
  }

  option(code: number, value: Uint8Array): void {
    this.room(4);
    this.view.setUint16(this.length, code, this.littleEndian);
    this.view.setUint16(this.length + 2, value.length, this.littleEndian);
    this.length += 4;
    this.padded(value);
  }

  u32(value: number): void {
    this.room(4);
    this.length += 4;
    this.setU32(this.length - 4, value);
  }

  /** Changes what was written before. */
  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, this.littleEndian);
  }

  /** As they are. */
  raw(data: Uint8Array): void {
    this.room(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }

  /** Up to a multiple of four bytes. */
  padded(data: Uint8Array): void {
    this.raw(data);
    const padding = -data.length & 3;
    this.room(padding);
    this.bytes.fill(0, this.length, this.length + padding);
    this.length += padding;
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
  const bytes: number[] = [];
  for (const character of text.replaceAll(LONE_SURROGATE, '\ufffd')) {
    const more = utf8Of(character);
    if (bytes.length + more.length > LONGEST_OPTION) break;
    bytes.push(...more);
  }
  return Uint8Array.from(bytes);
};

const utf8Of = (character: string): number[] => {
  const escaped = encodeURIComponent(character);
  if (!escaped.startsWith('%')) return [character.charCodeAt(0)];
  return escaped
    .slice(1)
    .split('%')
    .map((byte) => Number.parseInt(byte, 16));
};
