/** Ways to damage a capture. Every choice comes from `random` (0 to 1), so a seed repeats them. */
export type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * Math.max(limit, 1));
const oneOf = <T>(random: Random, choices: readonly T[]): T =>
  choices[below(random, choices.length)]!;

/** Values that lengths are trusted with least. */
const NASTY = [
  0, 1, 3, 8, 15, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff, 0xff_ff_ff_fc, 0x10_00_00,
];

const flipBytes = (bytes: Uint8Array, random: Random): Uint8Array => {
  const damaged = bytes.slice();
  for (let n = 1 + below(random, 24); n > 0; n--) {
    damaged[below(random, damaged.length)]! ^= 1 << below(random, 8);
  }
  return damaged;
};

const overwriteWord = (bytes: Uint8Array, random: Random): Uint8Array => {
  const damaged = bytes.slice();
  const view = new DataView(damaged.buffer);
  for (let n = 1 + below(random, 4); n > 0; n--) {
    const at = below(random, (damaged.length - 4) >> 2) * 4;
    view.setUint32(at, oneOf(random, NASTY), random() < 0.5);
  }
  return damaged;
};

/** Lengths in record and block headers, the file's first hundred bytes among them. */
const overwriteHead = (bytes: Uint8Array, random: Random): Uint8Array => {
  const damaged = bytes.slice();
  const at = below(random, Math.min(damaged.length, 100) - 4);
  new DataView(damaged.buffer).setUint32(at, oneOf(random, NASTY), random() < 0.5);
  return damaged;
};

const truncate = (bytes: Uint8Array, random: Random): Uint8Array =>
  bytes.slice(0, below(random, bytes.length));

const cutOut = (bytes: Uint8Array, random: Random): Uint8Array => {
  const from = below(random, bytes.length);
  return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + below(random, 200)));
};

const repeatPart = (bytes: Uint8Array, random: Random): Uint8Array => {
  const from = below(random, bytes.length);
  const part = bytes.subarray(from, from + 1 + below(random, 400));
  return joined(bytes.subarray(0, from), part, bytes.subarray(from));
};

const insertNoise = (bytes: Uint8Array, random: Random): Uint8Array => {
  const noise = Uint8Array.from({ length: 1 + below(random, 100) }, () => below(random, 256));
  const at = below(random, bytes.length);
  return joined(bytes.subarray(0, at), noise, bytes.subarray(at));
};

/** The beginning of one capture and the end of another. */
const splice = (bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array =>
  joined(
    bytes.subarray(0, below(random, bytes.length)),
    other.subarray(below(random, other.length)),
  );

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

const DAMAGES = {
  flipBytes,
  overwriteWord,
  overwriteHead,
  truncate,
  cutOut,
  repeatPart,
  insertNoise,
  splice,
};

export interface Damaged {
  readonly how: string;
  readonly bytes: Uint8Array;
}

/** A capture damaged in one to three ways; `other`: one to take a part from. */
export const damage = (bytes: Uint8Array, other: Uint8Array, random: Random): Damaged => {
  const ways = Array.from({ length: 1 + below(random, 3) }, () =>
    oneOf(random, Object.entries(DAMAGES)),
  );
  let damaged = bytes;
  for (const [, way] of ways) if (damaged.length > 8) damaged = way(damaged, random, other);
  return { how: ways.map(([name]) => name).join(' '), bytes: damaged };
};
