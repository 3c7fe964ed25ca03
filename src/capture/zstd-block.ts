import { fault, highestBit } from './zstd-fault.ts';
import { type FseTable, buildTable, readTable, singleSymbol } from './zstd-fse.ts';
import { type HuffmanTable, decodeHuffman, readHuffmanTable } from './zstd-huffman.ts';
import { LARGEST_BLOCK, type ZstdWindow } from './zstd-window.ts';

/** Extra bits of each code (RFC 8878 §3.1.1.3.2.1.1); the bases follow by adding up. */
const LITERAL_BITS = [
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
  ...[1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];
const MATCH_BITS = [
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];

const bases = (bits: readonly number[], first: number): number[] => {
  let base = first;
  return bits.map((count) => {
    base += 1 << count;
    return base - (1 << count);
  });
};
const LITERAL_BASES = bases(LITERAL_BITS, 0);
const MATCH_BASES = bases(MATCH_BITS, 3);

/** RFC 8878 §3.1.1.3.2.2. */
const DEFAULT_LITERALS = buildTable(
  [
    ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2],
    ...[2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
  ],
  6,
);
const DEFAULT_OFFSETS = buildTable(
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
  5,
);
const DEFAULT_MATCHES = buildTable(
  [
    ...[1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ...[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1],
  ],
  6,
);

/** Offsets in the largest window that is accepted (2^27) have no greater code. */
const LARGEST_OFFSET_CODE = 27;

/** Decodes the compressed blocks of one frame, which lean on one another (RFC 8878 §3.1.1.3). */
export class ZstdBlocks {
  private readonly window: ZstdWindow;
  private huffman: HuffmanTable | undefined = undefined;
  private literalTable: FseTable | undefined = undefined;
  private offsetTable: FseTable | undefined = undefined;
  private matchTable: FseTable | undefined = undefined;
  private readonly recent: [number, number, number] = [1, 4, 8];
  private readonly literals = new Uint8Array(LARGEST_BLOCK);
  private literalCount = 0;

  constructor(window: ZstdWindow) {
    this.window = window;
  }

  /** A new frame begins. */
  begin(): void {
    this.huffman = undefined;
    this.literalTable = undefined;
    this.offsetTable = undefined;
    this.matchTable = undefined;
    this.recent[0] = 1;
    this.recent[1] = 4;
    this.recent[2] = 8;
  }

  /** `input` holds the block from 0 to `size`, and at least eight bytes more. */
  decode(input: Uint8Array, size: number): void {
    const at = this.readLiterals(input, size);
    this.readSequences(input, at, size);
  }

  /** Returns where the literals section ends (RFC 8878 §3.1.1.3.1). */
  private readLiterals(input: Uint8Array, size: number): number {
    const type = input[0]! & 3;
    const format = (input[0]! >> 2) & 3;
    if (type >= 2) return this.readCompressedLiterals(input, size, type === 3, format);
    const headerLength = format === 1 ? 2 : format === 3 ? 3 : 1;
    const header = input[0]! | (input[1]! << 8) | (input[2]! << 16);
    const shift = headerLength === 1 ? 3 : 4;
    const count = (header & ((1 << (headerLength * 8)) - 1)) >> shift;
    const next = headerLength + (type === 0 ? count : 1);
    this.expectLiterals(count, next, size);
    if (type === 0) this.literals.set(input.subarray(headerLength, next));
    else this.literals.fill(input[headerLength]!, 0, count);
    return next;
  }

  private expectLiterals(count: number, next: number, size: number): void {
    if (count > LARGEST_BLOCK || next > size) fault('the literals of a zstd block run over');
    this.literalCount = count;
  }

  private readCompressedLiterals(
    input: Uint8Array,
    size: number,
    treeless: boolean,
    format: number,
  ): number {
    const headerLength = format < 2 ? 3 : format + 2;
    const width = format < 2 ? 10 : format === 2 ? 14 : 18;
    const low = input[0]! | (input[1]! << 8) | (input[2]! << 16) | (input[3]! << 24);
    const mask = (1 << width) - 1;
    const count = (low >>> 4) & mask;
    const high = (low >>> (4 + width)) | (input[4]! << (28 - width));
    const next = headerLength + (high & mask);
    this.expectLiterals(count, next, size);
    let at = headerLength;
    if (!treeless) {
      const described = readHuffmanTable(input, at, next);
      this.huffman = described.table;
      at = described.next;
    }
    const table = this.huffman ?? fault('a zstd block repeats a Huffman table that is not there');
    if (format === 0) decodeHuffman(table, input, at, next, this.literals, 0, count);
    else this.decodeFourStreams(table, input, at, next, count);
    return next;
  }

  private decodeFourStreams(
    table: HuffmanTable,
    input: Uint8Array,
    from: number,
    to: number,
    count: number,
  ): void {
    const each = (count + 3) >> 2;
    let at = from + 6;
    let done = 0;
    for (let stream = 0; stream < 4; stream += 1) {
      const jump = from + stream * 2;
      const end = stream === 3 ? to : at + (input[jump]! | (input[jump + 1]! << 8));
      const until = stream === 3 ? count : done + each;
      if (end > to || until > count) fault('the four streams of a zstd block run over');
      decodeHuffman(table, input, at, end, this.literals, done, until);
      at = end;
      done = until;
    }
  }

  /** RFC 8878 §3.1.1.3.2. */
  private readSequences(input: Uint8Array, from: number, size: number): void {
    if (from >= size) fault('a zstd block ends before its sequences');
    let at = from + 1;
    let count = input[from]!;
    if (count === 255) {
      count = (input[at]! | (input[at + 1]! << 8)) + 0x7f00;
      at += 2;
    } else if (count > 127) {
      count = ((count - 128) << 8) | input[at]!;
      at += 1;
    }
    if (count === 0) {
      if (at !== size) fault('a zstd block is longer than its content');
      this.window.put(this.literals, 0, this.literalCount);
      return;
    }
    const modes = input[at]!;
    at += 1;
    const table = (mode: number, normal: FseTable, last: FseTable | undefined, log: number, largest: number): FseTable => {
      if (mode === 0) return normal;
      if (mode === 3) return last ?? fault('a zstd block repeats an entropy table that is not there');
      if (mode === 1) {
        if (at >= size || input[at]! > largest) fault('a zstd block repeats an unknown code');
        at += 1;
        return singleSymbol(input[at - 1]!);
      }
      const described = readTable(input, at, size, log, largest);
      at = described.next;
      return described.table;
    };
    this.literalTable = table(modes >> 6, DEFAULT_LITERALS, this.literalTable, 9, 35);
    this.offsetTable = table((modes >> 4) & 3, DEFAULT_OFFSETS, this.offsetTable, 8, 31);
    this.matchTable = table((modes >> 2) & 3, DEFAULT_MATCHES, this.matchTable, 9, 52);
    if (at >= size || input[size - 1] === 0) fault('zstd sequences have no end mark');
    this.runSequences(input, at, size, count, this.literalTable, this.offsetTable, this.matchTable);
  }

  /** Reads the bit stream backwards, and carries out each sequence at once. */
  private runSequences(
    input: Uint8Array,
    from: number,
    to: number,
    count: number,
    literalTable: FseTable,
    offsetTable: FseTable,
    matchTable: FseTable,
  ): void {
    const { window, literals, literalCount } = this;
    let left = (to - from - 1) * 8 + highestBit(input[to - 1]!);
    /** At most 16 bits. */
    const take = (width: number): number => {
      left -= width;
      if (left < 0) return fault('zstd sequences are too short');
      const byte = from + (left >> 3);
      const word = input[byte]! | (input[byte + 1]! << 8) | (input[byte + 2]! << 16);
      return (word >> (left & 7)) & ((1 << width) - 1);
    };
    let literalState = take(literalTable.log);
    let offsetState = take(offsetTable.log);
    let matchState = take(matchTable.log);
    let literalAt = 0;
    let room = LARGEST_BLOCK - literalCount;
    for (let left_ = count; ; ) {
      const offsetCode = offsetTable.symbols[offsetState]!;
      if (offsetCode > LARGEST_OFFSET_CODE) fault('a zstd match begins before its window');
      const upper = offsetCode > 16 ? take(offsetCode - 16) << 16 : 0;
      const offsetValue = (1 << offsetCode) + upper + take(offsetCode > 16 ? 16 : offsetCode);
      const matchCode = matchTable.symbols[matchState]!;
      const matchLength = MATCH_BASES[matchCode]! + take(MATCH_BITS[matchCode]!);
      const literalCode = literalTable.symbols[literalState]!;
      const literalLength = LITERAL_BASES[literalCode]! + take(LITERAL_BITS[literalCode]!);
      room -= matchLength;
      if (room < 0 || literalAt + literalLength > literalCount) fault('a zstd block is too large');
      window.put(literals, literalAt, literalAt + literalLength);
      literalAt += literalLength;
      window.repeat(this.offset(offsetValue, literalLength), matchLength);
      left_ -= 1;
      if (left_ === 0) break;
      literalState = literalTable.base[literalState]! + take(literalTable.bits[literalState]!);
      matchState = matchTable.base[matchState]! + take(matchTable.bits[matchState]!);
      offsetState = offsetTable.base[offsetState]! + take(offsetTable.bits[offsetState]!);
    }
    if (left !== 0) fault('zstd sequences are too long');
    window.put(literals, literalAt, literalCount);
  }

  /** RFC 8878 §3.1.1.5: the values 1 to 3 stand for recent offsets. */
  private offset(value: number, literalLength: number): number {
    const { recent } = this;
    if (value > 3) {
      recent[2] = recent[1];
      recent[1] = recent[0];
      recent[0] = value - 3;
      return recent[0];
    }
    const index = literalLength === 0 ? value : value - 1;
    if (index === 0) return recent[0];
    const offset = index === 3 ? recent[0] - 1 : recent[index]!;
    if (offset === 0) fault('a zstd match has no distance');
    if (index !== 1) recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = offset;
    return offset;
  }
}
