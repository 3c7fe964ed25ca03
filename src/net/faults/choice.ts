/** Which connections are ended: all, each of so many, or by chance out of a seed. */
export interface Choice {
  /** Every so many, counted from one: 3 takes the third, the sixth, … */
  readonly every?: number;
  /** From 0 (none) to 1 (all). */
  readonly probability?: number;
  /** Of the chance: the same seed takes the same connections. */
  readonly seed?: number;
}

/** Why it cannot be followed, in words that end a line; undefined: it can. */
export const wrongChoice = ({ every, probability, seed }: Choice): string | undefined => {
  if (every !== undefined && probability !== undefined) return 'either every or probability';
  if (every !== undefined && !(Number.isSafeInteger(every) && every >= 1)) {
    return `every ${every}: it must be a whole number, 1 or more`;
  }
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    return `probability ${probability}: it must be from 0 to 1`;
  }
  if (seed !== undefined && probability === undefined)
    return 'a seed is of use with probability only';
  return undefined;
};

/** Asked once for each connection, in their order. */
export const chooser = ({ every = 1, probability, seed = 1 }: Choice): (() => boolean) => {
  if (probability === undefined) {
    let count = 0;
    return () => {
      count += 1;
      return count % every === 0;
    };
  }
  const fraction = fractions(seed);
  return () => fraction() < probability;
};

/** splitmix32 (Steele, Lea and Flood, 2014): 0 to below 1. */
const fractions = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
};
