import type { FourTuple } from '../tcp/four-tuple.ts';
import type { TupleKey } from './tuple-key.ts';

/** What a `TupleTable` holds: `hash` is that of its path's key. */
export interface Hashed {
  readonly path: FourTuple;
  readonly hash: number;
}

/**
 * Finds what belongs to a four-tuple: open addressing with linear probing, at most half full, so
 * that a look-up costs the same however many there are, and makes no object.
 */
export class TupleTable<T extends Hashed> {
  private entries: (T | undefined)[] = Array.from<T | undefined>({ length: 64 });
  private hashes = new Int32Array(64);
  private mask = 63;
  private count = 0;

  get size(): number {
    return this.count;
  }

  find(key: TupleKey): T | undefined {
    const { hash } = key;
    const mask = this.mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = this.entries[at];
      if (entry === undefined) return undefined;
      if (this.hashes[at] === hash && key.isOf(entry.path)) return entry;
    }
  }

  /** Its four-tuple must not be there yet. */
  add(entry: T): void {
    if (this.count * 2 > this.mask) this.grow();
    this.insert(entry);
    this.count += 1;
  }

  /** It must be there. */
  remove(entry: T): void {
    const mask = this.mask;
    let at = entry.hash & mask;
    while (this.entries[at] !== entry) {
      if (this.entries[at] === undefined) throw new Error('not in the table, or its hash changed');
      at = (at + 1) & mask;
    }
    this.closeGap(at);
    this.count -= 1;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const entry of this.entries) if (entry !== undefined) yield entry;
  }

  private insert(entry: T): void {
    let at = entry.hash & this.mask;
    while (this.entries[at] !== undefined) at = (at + 1) & this.mask;
    this.entries[at] = entry;
    this.hashes[at] = entry.hash;
  }

  /** Linear probing's deletion: whoever was pushed past the gap moves back into it. */
  private closeGap(start: number): void {
    const mask = this.mask;
    let gap = start;
    for (let at = (start + 1) & mask; ; at = (at + 1) & mask) {
      const entry = this.entries[at];
      if (entry === undefined) break;
      const home = entry.hash & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      this.entries[gap] = entry;
      this.hashes[gap] = entry.hash;
      gap = at;
    }
    this.entries[gap] = undefined;
  }

  private grow(): void {
    const old = this.entries;
    this.mask = this.mask * 2 + 1;
    this.entries = Array.from<T | undefined>({ length: this.mask + 1 });
    this.hashes = new Int32Array(this.mask + 1);
    for (const entry of old) if (entry !== undefined) this.insert(entry);
  }
}
