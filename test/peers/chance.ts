/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export const chanceFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** `SEED` of the environment, or a new one. */
export const seedOfRun = (): number =>
  Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
