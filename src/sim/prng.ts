/**
 * Chance that can be had again: xoshiro128** (Blackman and Vigna, 2018), its state filled from a
 * seed by splitmix32. Not for secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Of the seed its low 32 bits count. */
  constructor(seed: number) {
    let state = seed | 0;
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = fill();
    this.b = fill();
    this.c = fill();
    this.d = fill() | 1;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** 0 to below 1. */
  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** An integer from 0 to below `limit` (1 to 2^32). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)];
  }

  /**
   * A stream of its own for one purpose: what one draws does not move the others, so that a link
   * more does not change what happens on the rest.
   */
  fork(purpose: string): Random {
    let hash = 0x811c9dc5;
    for (let at = 0; at < purpose.length; at += 1) {
      hash = Math.imul(hash ^ purpose.charCodeAt(at), 0x01000193);
    }
    return new Random(this.a ^ hash);
  }
}
