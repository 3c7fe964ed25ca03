import { fault, highestBit } from './zstd-fault.ts';
import { readTable } from './zstd-fse.ts';

/** Longest code (RFC 8878 §4.2.1). */
const LONGEST_CODE = 11;
const MOST_WEIGHTS = 255;

/** For each string of `width` bits: which symbol it begins with, and how many bits that takes. */
export interface HuffmanTable {
  readonly width: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** RFC 8878 §4.2.1: weights, four bits each or entropy-coded; `next` is where they end. */
export const readHuffmanTable = (
  input: Uint8Array,
  from: number,
  to: number,
): { readonly table: HuffmanTable; readonly next: number } => {
  const header = input[from];
  const direct = header >= 128;
  const next = from + 1 + (direct ? (header - 126) >> 1 : header);
  if (next > to) fault('a zstd Huffman table runs over');
  const weights = direct
    ? directWeights(input, from + 1, header - 127)
    : codedWeights(input, from + 1, next);
  return { table: buildTable(weights), next };
};

const directWeights = (input: Uint8Array, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => {
    const pair = input[from + (index >> 1)];
    return (index & 1) === 0 ? pair >> 4 : pair & 15;
  });

/** Two states take turns until the bits run out (RFC 8878 §4.2.1.2). */
const codedWeights = (input: Uint8Array, from: number, to: number): number[] => {
  const { table, next } = readTable(input, from, to, 6, MOST_WEIGHTS);
  if (next >= to || input[to - 1] === 0) fault('zstd Huffman weights have no end mark');
  let left = (to - next - 1) * 8 + highestBit(input[to - 1]);
  const take = (count: number): number => {
    left -= count;
    if (left < 0) return fault('zstd Huffman weights are too short');
    const byte = next + (left >> 3);
    return ((input[byte] | (input[byte + 1] << 8)) >> (left & 7)) & ((1 << count) - 1);
  };
  const weights: number[] = [];
  let turn = take(table.log);
  let other = take(table.log);
  for (;;) {
    weights.push(table.symbols[turn]);
    if (weights.length >= MOST_WEIGHTS) return fault('there are too many zstd Huffman weights');
    const bits = table.bits[turn];
    if (bits > left) break;
    const after = table.base[turn] + take(bits);
    turn = other;
    other = after;
  }
  weights.push(table.symbols[other]);
  return weights;
};

/** The last weight is not written: it makes the sum a power of two. */
const buildTable = (weights: number[]): HuffmanTable => {
  let sum = 0;
  for (const weight of weights) {
    if (weight > LONGEST_CODE) fault('a zstd Huffman weight is too large');
    sum += weight === 0 ? 0 : 1 << (weight - 1);
  }
  if (sum === 0) fault('all zstd Huffman weights are zero');
  const width = highestBit(sum) + 1;
  const left = (1 << width) - sum;
  if (width > LONGEST_CODE || (left & (left - 1)) !== 0) {
    fault('zstd Huffman weights do not add up');
  }
  weights.push(highestBit(left) + 1);
  return fillTable(weights, width);
};

/** The longest codes first, and symbols in order among those of equal length. */
const fillTable = (weights: readonly number[], width: number): HuffmanTable => {
  const symbols = new Uint8Array(1 << width);
  const bits = new Uint8Array(1 << width);
  let at = 0;
  for (let weight = 1; weight <= width; weight += 1) {
    for (let symbol = 0; symbol < weights.length; symbol += 1) {
      if (weights[symbol] !== weight) continue;
      const end = at + (1 << (weight - 1));
      symbols.fill(symbol, at, end);
      bits.fill(width + 1 - weight, at, end);
      at = end;
    }
  }
  return { width, symbols, bits };
};

/** Decodes one stream, read backwards, to fill `output` from `start` to `end` exactly. */
export const decodeHuffman = (
  table: HuffmanTable,
  input: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  start: number,
  end: number,
): void => {
  if (from >= to || input[to - 1] === 0) fault('a zstd Huffman stream has no end mark');
  const { width, symbols, bits } = table;
  const mask = (1 << width) - 1;
  let left = (to - from - 1) * 8 + highestBit(input[to - 1]);
  for (let at = start; at < end; at += 1) {
    const low = left - width;
    const byte = from + (low >> 3);
    const index =
      low >= 0
        ? ((input[byte] | (input[byte + 1] << 8) | (input[byte + 2] << 16)) >> (low & 7)) & mask
        : ((input[from] | (input[from + 1] << 8)) << -low) & mask;
    output[at] = symbols[index]!;
    left -= bits[index];
    if (left < 0) fault('a zstd Huffman stream is too short');
  }
  if (left !== 0) fault('a zstd Huffman stream is too long');
};
