/** Seeded pseudo-random numbers (xorshift, 128 bits of state): the same seed, the same capture. */
export class Random {
  /** @param {number} seed any integer */
  constructor(seed) {
    this.x = seed | 0;
    this.y = 0x9e3779b9 | 0;
    this.z = 0x243f6a88 | 0;
    this.w = 0xb7e15162 | 0;
    for (let i = 0; i < 32; i++) this.bits();
  }

  /** 32 random bits as a signed integer. */
  bits() {
    const t = this.x ^ (this.x << 11);
    this.x = this.y;
    this.y = this.z;
    this.z = this.w;
    this.w = this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8);
    return this.w;
  }

  /** From 0 up to, not including, 1. */
  fraction() {
    return (this.bits() >>> 0) / 4294967296;
  }

  /**
   * An integer from low to high, both included.
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** @param {number} probability 0 to 1 */
  chance(probability) {
    return this.fraction() < probability;
  }

  /** @param {number} mean */
  exponential(mean) {
    return -mean * Math.log(1 - this.fraction());
  }
}
