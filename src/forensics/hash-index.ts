// An entry: tag, place, bucket, nothing.
const WIDTH = 4;
const TAG = 0;
const PLACE = 1;
const BUCKET = 2;

const FREE = -1;

/**
 * Finds places (integers from 0) by 64-bit hashes: open addressing with linear probing over one
 * array, half empty at least, so that a look-up touches one line of memory.
 */
export class HashIndex {
  private entries = new Int32Array(WIDTH * 4096).fill(FREE);
  private mask = 4095;
  private size = 0;

  /** Position of the first entry with this hash at or after `from`; -1: there is none. */
  find(bucket: number, tag: number, from = bucket): number {
    const { entries, mask } = this;
    for (let index = from & mask; ; index = (index + 1) & mask) {
      const at = index * WIDTH;
      if (entries[at + PLACE] === FREE) return FREE;
      if (entries[at + TAG] === tag && entries[at + BUCKET] === bucket) return index;
    }
  }

  placeAt(position: number): number {
    return this.entries[position * WIDTH + PLACE];
  }

  add(bucket: number, tag: number, place: number): void {
    if (this.size * 2 > this.mask) this.grow();
    this.insert(bucket, tag, place);
    this.size++;
  }

  /** The place must be there, under this hash. */
  remove(bucket: number, place: number): void {
    const { entries, mask } = this;
    let index = bucket & mask;
    while (entries[index * WIDTH + PLACE] !== place) index = (index + 1) & mask;
    this.closeGap(index);
    this.size--;
  }

  private insert(bucket: number, tag: number, place: number): void {
    let index = bucket & this.mask;
    while (this.entries[index * WIDTH + PLACE] !== FREE) index = (index + 1) & this.mask;
    this.entries[index * WIDTH + TAG] = tag;
    this.entries[index * WIDTH + PLACE] = place;
    this.entries[index * WIDTH + BUCKET] = bucket;
  }

  /** Linear probing's deletion: whoever was pushed past the gap moves back into it. */
  private closeGap(start: number): void {
    const { entries, mask } = this;
    let gap = start;
    let index = (start + 1) & mask;
    for (; entries[index * WIDTH + PLACE] !== FREE; index = (index + 1) & mask) {
      const home = entries[index * WIDTH + BUCKET] & mask;
      if (((index - home) & mask) < ((index - gap) & mask)) continue;
      entries.copyWithin(gap * WIDTH, index * WIDTH, (index + 1) * WIDTH);
      gap = index;
    }
    entries[gap * WIDTH + PLACE] = FREE;
  }

  private grow(): void {
    const old = this.entries;
    this.mask = this.mask * 2 + 1;
    this.entries = new Int32Array(WIDTH * (this.mask + 1)).fill(FREE);
    for (let at = 0; at < old.length; at += WIDTH) {
      if (old[at + PLACE] !== FREE) this.insert(old[at + BUCKET], old[at + TAG], old[at + PLACE]);
    }
  }
}
