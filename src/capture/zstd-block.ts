import { fault, highestBit } from './zstd-fault.ts';
import { type FseTable, buildTable, readTable, singleSymbol } from './zstd-fse.ts';
import { type HuffmanTable, decodeHuffman, readHuffmanTable } from './zstd-huffman.ts';
import { LARGEST_BLOCK, type ZstdWindow } from './zstd-window.ts';

const numbers = (list: string): number[] => list.split(' ').map(Number);

/** Extra bits of each code (RFC 8878 §3.1.1.3.2.1.1); the bases follow by adding up. */
const LITERAL_BITS = Uint8Array.from(
  numbers('0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 2 2 3 3 4 6 7 8 9 10 11 12 13 14 15 16'),
);
const MATCH_BITS = Uint8Array.from(
  numbers(
    '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ' +
      '1 1 1 1 2 2 3 3 4 4 5 7 8 9 10 11 12 13 14 15 16',
  ),
);

const bases = (bits: Uint8Array, first: number): Int32Array => {
  let base = first;
  return Int32Array.from(bits, (count) => {
    base += 1 << count;
    return base - (1 << count);
  });
};
const LITERAL_BASES = bases(LITERAL_BITS, 0);
const MATCH_BASES = bases(MATCH_BITS, 3);

/** RFC 8878 §3.1.1.3.2.2. */
const DEFAULT_LITERALS = buildTable(
  numbers('4 3 2 2 2 2 2 2 2 2 2 2 2 1 1 1 2 2 2 2 2 2 2 2 2 3 2 1 1 1 1 1 -1 -1 -1 -1'),
  6,
);
const DEFAULT_OFFSETS = buildTable(
  numbers('1 1 1 1 1 1 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1'),
  5,
);
const DEFAULT_MATCHES = buildTable(
  numbers(
    '1 4 3 2 2 2 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ' +
      '1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1 -1 -1',
  ),
  6,
);

/** One of the three kinds of code that make a sequence. */
interface Codes {
  readonly usual: FseTable;
  readonly largestLog: number;
  readonly largest: number;
  /** Of the block before, which this one may use again. */
  table: FseTable | undefined;
}

const codesOf = (usual: FseTable, largestLog: number, largest: number): Codes => ({
  usual,
  largestLog,
  largest,
  table: undefined,
});

/** Offsets in the largest window that is accepted (2^27) have no greater code. */
const LARGEST_OFFSET_CODE = 27;

/** Decodes the compressed blocks of one frame, which lean on one another (RFC 8878 §3.1.1.3). */
export class ZstdBlocks {
  private readonly window: ZstdWindow;
  private huffman: HuffmanTable | undefined = undefined;
  private readonly literalCodes: Codes = codesOf(DEFAULT_LITERALS, 9, 35);
  private readonly offsetCodes: Codes = codesOf(DEFAULT_OFFSETS, 8, 31);
  private readonly matchCodes: Codes = codesOf(DEFAULT_MATCHES, 9, 52);
  /** Where the next description of a table begins. */
  private tableAt = 0;
  private readonly recent = Int32Array.of(1, 4, 8);
  private readonly literals = new Uint8Array(LARGEST_BLOCK);
  private literalCount = 0;

  constructor(window: ZstdWindow) {
    this.window = window;
  }

  /** A new frame begins. */
  begin(): void {
    this.huffman = undefined;
    this.literalCodes.table = undefined;
    this.offsetCodes.table = undefined;
    this.matchCodes.table = undefined;
    this.recent.set([1, 4, 8]);
  }

  /** `input` holds the block from 0 to `size`, and at least eight bytes more. */
  decode(input: Uint8Array, size: number): void {
    const at = this.readLiterals(input, size);
    this.readSequences(input, at, size);
  }

  /** Returns where the literals section ends (RFC 8878 §3.1.1.3.1). */
  private readLiterals(input: Uint8Array, size: number): number {
    const type = input[0] & 3;
    const format = (input[0] >> 2) & 3;
    if (type >= 2) return this.readCompressedLiterals(input, size, type === 3, format);
    const headerLength = format === 1 ? 2 : format === 3 ? 3 : 1;
    const header = input[0] | (input[1] << 8) | (input[2] << 16);
    const shift = headerLength === 1 ? 3 : 4;
    const count = (header & ((1 << (headerLength * 8)) - 1)) >> shift;
    const next = headerLength + (type === 0 ? count : 1);
    this.expectLiterals(count, next, size);
    if (type === 0) this.literals.set(input.subarray(headerLength, next));
    else this.literals.fill(input[headerLength], 0, count);
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
    const low = input[0] | (input[1] << 8) | (input[2] << 16) | (input[3] << 24);
    const mask = (1 << width) - 1;
    const count = (low >>> 4) & mask;
    const high = (low >>> (4 + width)) | (input[4] << (28 - width));
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
      const end = stream === 3 ? to : at + (input[jump] | (input[jump + 1] << 8));
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
    let count = input[from];
    if (count === 255) {
      count = (input[at] | (input[at + 1] << 8)) + 0x7f00;
      at += 2;
    } else if (count > 127) {
      count = ((count - 128) << 8) | input[at];
      at += 1;
    }
    if (count === 0) {
      if (at !== size) fault('a zstd block is longer than its content');
      this.window.put(this.literals, 0, this.literalCount);
      return;
    }
    const modes = input[at];
    this.tableAt = at + 1;
    this.readMode(input, size, modes >> 6, this.literalCodes);
    this.readMode(input, size, (modes >> 4) & 3, this.offsetCodes);
    this.readMode(input, size, (modes >> 2) & 3, this.matchCodes);
    if (this.tableAt >= size || input[size - 1] === 0) fault('zstd sequences have no end mark');
    this.runSequences(input, this.tableAt, size, count);
  }

  /** Takes the table of one kind of code: the usual one, a single symbol, a new one, the last. */
  private readMode(input: Uint8Array, size: number, mode: number, codes: Codes): void {
    if (mode === 0) {
      codes.table = codes.usual;
    } else if (mode === 1) {
      const symbol = input[this.tableAt];
      if (this.tableAt >= size || symbol > codes.largest) fault('a zstd block has an unknown code');
      codes.table = singleSymbol(symbol);
      this.tableAt += 1;
    } else if (mode === 2) {
      const described = readTable(input, this.tableAt, size, codes.largestLog, codes.largest);
      codes.table = described.table;
      this.tableAt = described.next;
    } else if (codes.table === undefined) {
      fault('a zstd block repeats an entropy table that is not there');
    }
  }

  /** Reads the bit stream backwards, and carries out each sequence at once. */
  private runSequences(input: Uint8Array, from: number, to: number, count: number): void {
    const { window, literals, literalCount, recent } = this;
    const literalTable = this.literalCodes.table ?? DEFAULT_LITERALS;
    const offsetTable = this.offsetCodes.table ?? DEFAULT_OFFSETS;
    const matchTable = this.matchCodes.table ?? DEFAULT_MATCHES;
    let left = (to - from - 1) * 8 + highestBit(input[to - 1]);
    let literalState = bitsAt(input, from, (left -= literalTable.log), literalTable.log);
    let offsetState = bitsAt(input, from, (left -= offsetTable.log), offsetTable.log);
    let matchState = bitsAt(input, from, (left -= matchTable.log), matchTable.log);
    let literalAt = 0;
    let room = LARGEST_BLOCK - literalCount;
    for (let sequence = 1; ; sequence += 1) {
      const offsetCode = offsetTable.symbols[offsetState];
      const matchCode = matchTable.symbols[matchState];
      const literalCode = literalTable.symbols[literalState];
      if (offsetCode > LARGEST_OFFSET_CODE) fault('a zstd match begins before its window');
      const offsetValue =
        (1 << offsetCode) + longBitsAt(input, from, (left -= offsetCode), offsetCode);
      const matchBits = MATCH_BITS[matchCode];
      const matchLength =
        MATCH_BASES[matchCode] + bitsAt(input, from, (left -= matchBits), matchBits);
      const literalBits = LITERAL_BITS[literalCode];
      const literalEnd =
        literalAt +
        LITERAL_BASES[literalCode] +
        bitsAt(input, from, (left -= literalBits), literalBits);
      room -= matchLength;
      if (left < 0) fault('zstd sequences are too short');
      if (room < 0 || literalEnd > literalCount) fault('a zstd block is too large');
      const offset = recentOffset(recent, offsetValue, literalEnd === literalAt);
      window.sequence(literals, literalAt, literalEnd, offset, matchLength);
      literalAt = literalEnd;
      if (sequence === count) break;
      const literalStep = literalTable.bits[literalState];
      literalState =
        literalTable.base[literalState] + bitsAt(input, from, (left -= literalStep), literalStep);
      const matchStep = matchTable.bits[matchState];
      matchState =
        matchTable.base[matchState] + bitsAt(input, from, (left -= matchStep), matchStep);
      const offsetStep = offsetTable.bits[offsetState];
      offsetState =
        offsetTable.base[offsetState] + bitsAt(input, from, (left -= offsetStep), offsetStep);
      if (left < 0) fault('zstd sequences are too short');
    }
    if (left !== 0) fault('zstd sequences are too long');
    window.put(literals, literalAt, literalCount);
  }
}

/** Up to 16 bits, the lowest of which is number `bit` counted from byte `from`. */
const bitsAt = (input: Uint8Array, from: number, bit: number, count: number): number => {
  const byte = from + (bit >> 3);
  const word = input[byte] | (input[byte + 1] << 8) | (input[byte + 2] << 16);
  return (word >> (bit & 7)) & ((1 << count) - 1);
};

/** Up to 30 bits. */
const longBitsAt = (input: Uint8Array, from: number, bit: number, count: number): number =>
  count <= 16
    ? bitsAt(input, from, bit, count)
    : bitsAt(input, from, bit, 16) | (bitsAt(input, from, bit + 16, count - 16) << 16);

/** RFC 8878 §3.1.1.5: the values 1 to 3 stand for recent offsets. */
const recentOffset = (recent: Int32Array, value: number, noLiterals: boolean): number => {
  const last = recent[0];
  if (value > 3) {
    recent[2] = recent[1]!;
    recent[1] = last;
    recent[0] = value - 3;
    return value - 3;
  }
  const index = noLiterals ? value : value - 1;
  if (index === 0) return last;
  const offset = index === 3 ? last - 1 : recent[index];
  if (offset === 0) fault('a zstd match has no distance');
  if (index !== 1) recent[2] = recent[1]!;
  recent[1] = last;
  recent[0] = offset;
  return offset;
};
