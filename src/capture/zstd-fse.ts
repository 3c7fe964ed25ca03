import { fault, highestBit } from './zstd-fault.ts';

/** A decoding table of finite state entropy (RFC 8878 §4.1): what each state means, and leads to. */
export interface FseTable {
  /** The table has 2^log states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  /** The next state is `base` plus so many bits of the stream. */
  readonly bits: Uint8Array;
  readonly base: Uint16Array;
}

/** A table that the data describes, and where its description ends. */
export interface DescribedTable {
  readonly table: FseTable;
  readonly next: number;
}

/** One symbol only, for ever. */
export const singleSymbol = (symbol: number): FseTable => ({
  log: 0,
  symbols: Uint8Array.of(symbol),
  bits: Uint8Array.of(0),
  base: Uint16Array.of(0),
});

/** RFC 8878 §4.1.1: probabilities in ever fewer bits; `input` has zeros to spare behind `to`. */
export const readTable = (
  input: Uint8Array,
  from: number,
  to: number,
  largestLog: number,
  largestSymbol: number,
): DescribedTable => {
  const log = (input[from] & 15) + 5;
  if (from >= to || log > largestLog) fault('a zstd entropy table is too large');
  const probabilities: number[] = [];
  let at = from * 8 + 4;
  let left = 1 << log;
  const take = (count: number): number => {
    const byte = at >> 3;
    const word = input[byte] | (input[byte + 1] << 8) | (input[byte + 2] << 16);
    at += count;
    return (word >> ((at - count) & 7)) & ((1 << count) - 1);
  };
  while (left > 0) {
    if (at > to * 8 || probabilities.length > largestSymbol)
      fault('a zstd entropy table runs over');
    const width = highestBit(left + 1) + 1;
    // So many of the values fit one bit less than the others.
    const short = (1 << width) - 2 - left;
    let value = take(width - 1);
    if (value >= short) {
      at -= width - 1;
      value = take(width);
      if (value >= 1 << (width - 1)) value -= short;
    }
    probabilities.push(value - 1);
    left -= Math.abs(value - 1);
    if (value !== 1) continue;
    for (let repeat = 3; repeat === 3 && probabilities.length <= largestSymbol;) {
      repeat = take(2);
      for (let count = 0; count < repeat; count += 1) probabilities.push(0);
    }
  }
  const next = (at + 7) >> 3;
  if (left < 0 || next > to || probabilities.length > largestSymbol + 1) {
    fault('a zstd entropy table does not add up');
  }
  return { table: buildTable(probabilities, log), next };
};

/** Spreads symbols by their probabilities, which add up to 2^log; -1 is "less than one". */
export const buildTable = (probabilities: readonly number[], log: number): FseTable => {
  const size = 1 << log;
  const symbols = spread(probabilities, size);
  const bits = new Uint8Array(size);
  const base = new Uint16Array(size);
  const nextOf = probabilities.map((probability) => Math.abs(probability));
  for (let state = 0; state < size; state += 1) {
    const symbol = symbols[state];
    const next = nextOf[symbol];
    nextOf[symbol] = next + 1;
    bits[state] = log - highestBit(next);
    base[state] = (next << bits[state]) - size;
  }
  return { log, symbols, bits, base };
};

const spread = (probabilities: readonly number[], size: number): Uint8Array => {
  const symbols = new Uint8Array(size);
  let high = size - 1;
  probabilities.forEach((probability, symbol) => {
    if (probability === -1) symbols[high--] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  probabilities.forEach((probability, symbol) => {
    for (let count = 0; count < probability; count += 1) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place > high);
    }
  });
  return symbols;
};
