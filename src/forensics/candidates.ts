import type { ConnectionKey } from './key.ts';

/**
 * Connections that a survey marked, as pairs of a place (any integer) and a 32-bit tag: a bitset
 * that says no at once to almost everybody else, and behind it the pairs. 16 to 32 bytes a member.
 */
export class CandidateSet {
  private readonly placeMask: number;
  private pairs = new Int32Array(2 * 4096);
  private mask = 4095;
  private filter = new Int32Array(1 << 12);
  private filterMask = (1 << 17) - 1;
  size = 0;

  /** @param placeMask which bits of a connection's bucket are its place. */
  constructor(placeMask = -1) {
    this.placeMask = placeMask;
  }

  /** A set out of the fields of another one: as a message to another thread carries them. */
  static of(fields: CandidateSet): CandidateSet {
    return Object.assign(new CandidateSet(), fields);
  }

  holds(key: ConnectionKey): boolean {
    return this.has(key.bucket & this.placeMask, key.tag);
  }

  /** Whether the pair was new. */
  add(place: number, tag: number): boolean {
    const wanted = tag === 0 ? 1 : tag;
    const at = this.locate(place, wanted);
    if (this.pairs[at + 1] !== 0) return false;
    this.write(at, place, wanted);
    this.size++;
    if (this.size * 2 > this.mask) this.grow();
    return true;
  }

  has(place: number, tag: number): boolean {
    const bit = tag & this.filterMask;
    if ((this.filter[bit >>> 5] & (1 << (bit & 31))) === 0) return tag === 0 && this.has(place, 1);
    return this.pairs[this.locate(place, tag === 0 ? 1 : tag) + 1] !== 0;
  }

  private write(at: number, place: number, tag: number): void {
    this.pairs[at] = place;
    this.pairs[at + 1] = tag;
    const bit = tag & this.filterMask;
    this.filter[bit >>> 5] |= 1 << (bit & 31);
  }

  /** Index of the pair, or of the free pair where it would go: a tag of 0 marks a free one. */
  private locate(place: number, tag: number): number {
    let index = (tag ^ (tag >>> 15) ^ Math.imul(place, 0x9e3779b1)) & this.mask;
    for (;;) {
      const at = index * 2;
      const found = this.pairs[at + 1];
      if (found === 0 || (found === tag && this.pairs[at] === place)) return at;
      index = (index + 1) & this.mask;
    }
  }

  private grow(): void {
    const old = this.pairs;
    this.mask = this.mask * 2 + 1;
    this.pairs = new Int32Array(2 * (this.mask + 1));
    // 16 bits a place keep the filter's false alarms near 3 %; 16 MiB of them is enough for anyone.
    this.filterMask = Math.min((this.mask + 1) * 16, 1 << 27) - 1;
    this.filter = new Int32Array((this.filterMask + 1) >>> 5);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.write(this.locate(old[i], old[i + 1]), old[i], old[i + 1]);
    }
  }
}
