import type { Packet } from '../wire/packet.ts';
import type { ConnectionKey } from './key.ts';

const FREE = -1;

// Words of an entry of the index: where a hash's row is.
const ENTRY = 4;
const TAG = 0;
const PLACE = 1;
const BUCKET = 2;

// Words of a row.
const ROW = 32;
const STATE = 0;
const FIRST = 1;
const LAST = 2;
const COUNT = 3;
const BEFORE_FIRST = 4;
const BEFORE_COUNT = 5;
const FOLLOWED = 6;
const GENERATION = 7;
const ROW_BUCKET = 8;
const ROW_TAG = 9;
const VERSION = 10;
const LOWER = 11;
const UPPER = 16;
const IN_USE = 21;

/**
 * The connections of a stream that are open, 128 bytes each and no object: found by their 64-bit
 * hash, with the word of their life, their trace, and the trace of the life before on the same
 * four-tuple. What is reported is found again by full addresses, in the investigation.
 */
export class Roll {
  private entries = new Int32Array(ENTRY * 4096).fill(FREE);
  private mask = 4095;
  private size = 0;
  private words = new Int32Array(ROW * 2048);
  private used = 0;
  private readonly freeRows: number[] = [];

  /** -1 if it is not there. */
  find(key: ConnectionKey): number {
    const { entries, mask } = this;
    for (let index = key.bucket & mask; ; index = (index + 1) & mask) {
      const at = index * ENTRY;
      if (entries[at + PLACE] === FREE) return FREE;
      if (entries[at + TAG] === key.tag && entries[at + BUCKET] === key.bucket) {
        return entries[at + PLACE];
      }
    }
  }

  add(packet: Packet, key: ConnectionKey, state: number, trace: number): number {
    if (this.size * 2 > this.mask) this.growIndex();
    const row = this.freeRows.pop() ?? this.used++;
    if ((row + 1) * ROW > this.words.length) this.growRows();
    const { words } = this;
    const at = row * ROW;
    words[at + STATE] = state;
    words[at + FIRST] = trace;
    words[at + LAST] = trace;
    words[at + COUNT] = 0;
    words[at + BEFORE_FIRST] = FREE;
    words[at + BEFORE_COUNT] = 0;
    words[at + FOLLOWED] = 0;
    words[at + ROW_BUCKET] = key.bucket;
    words[at + ROW_TAG] = key.tag;
    words[at + VERSION] = packet.ipVersion;
    words[at + IN_USE] = 1;
    this.takeAddresses(
      packet,
      at + (key.side === 0 ? LOWER : UPPER),
      at + (key.side === 0 ? UPPER : LOWER),
    );
    this.insert(key.bucket, key.tag, row);
    this.size++;
    return row;
  }

  remove(row: number): void {
    const { entries, mask, words } = this;
    let index = words[row * ROW + ROW_BUCKET] & mask;
    while (entries[index * ENTRY + PLACE] !== row) index = (index + 1) & mask;
    this.closeGap(index);
    words[row * ROW + IN_USE] = 0;
    words[row * ROW + GENERATION]++;
    this.freeRows.push(row);
    this.size--;
  }

  /** Puts a row's addresses into a packet that came from `side`. */
  address(row: number, packet: Packet, side: 0 | 1): void {
    const { words } = this;
    const source = row * ROW + (side === 0 ? LOWER : UPPER);
    const target = row * ROW + (side === 0 ? UPPER : LOWER);
    packet.ipVersion = words[row * ROW + VERSION];
    packet.source0 = words[source];
    packet.source1 = words[source + 1];
    packet.source2 = words[source + 2];
    packet.source3 = words[source + 3];
    packet.sourcePort = words[source + 4];
    packet.target0 = words[target];
    packet.target1 = words[target + 1];
    packet.target2 = words[target + 2];
    packet.target3 = words[target + 3];
    packet.targetPort = words[target + 4];
  }

  /** A new life on the same four-tuple: the trace of the old one becomes the one before. */
  beginAgain(row: number, trace: number): void {
    const { words } = this;
    const at = row * ROW;
    words[at + BEFORE_FIRST] = words[at + FIRST];
    words[at + BEFORE_COUNT] = words[at + COUNT];
    words[at + FIRST] = trace;
    words[at + LAST] = trace;
    words[at + COUNT] = 0;
    words[at + GENERATION]++;
  }

  state(row: number): number {
    return this.words[row * ROW + STATE];
  }

  setState(row: number, state: number): void {
    this.words[row * ROW + STATE] = state;
  }

  first(row: number): number {
    return this.words[row * ROW + FIRST];
  }

  last(row: number): number {
    return this.words[row * ROW + LAST];
  }

  count(row: number): number {
    return this.words[row * ROW + COUNT];
  }

  setLast(row: number, last: number, count: number): void {
    this.words[row * ROW + LAST] = last;
    this.words[row * ROW + COUNT] = count;
  }

  /** The trace of the life before; first -1: none. */
  before(row: number): { first: number; count: number } {
    const at = row * ROW;
    return { first: this.words[at + BEFORE_FIRST], count: this.words[at + BEFORE_COUNT] };
  }

  isFollowed(row: number): boolean {
    return this.words[row * ROW + FOLLOWED] !== 0;
  }

  /** Its traces are spent. */
  setFollowed(row: number): void {
    const at = row * ROW;
    this.words[at + FOLLOWED] = 1;
    this.words[at + BEFORE_FIRST] = FREE;
    this.words[at + COUNT] = 0;
  }

  /** Changes whenever the row begins to mean somebody else, or another life. */
  generation(row: number): number {
    return this.words[row * ROW + GENERATION];
  }

  *rows(): Generator<number> {
    for (let row = 0; row < this.used; row++) if (this.words[row * ROW + IN_USE] !== 0) yield row;
  }

  private takeAddresses(packet: Packet, source: number, target: number): void {
    const { words } = this;
    words[source] = packet.source0;
    words[source + 1] = packet.source1;
    words[source + 2] = packet.source2;
    words[source + 3] = packet.source3;
    words[source + 4] = packet.sourcePort;
    words[target] = packet.target0;
    words[target + 1] = packet.target1;
    words[target + 2] = packet.target2;
    words[target + 3] = packet.target3;
    words[target + 4] = packet.targetPort;
  }

  private insert(bucket: number, tag: number, row: number): void {
    let index = bucket & this.mask;
    while (this.entries[index * ENTRY + PLACE] !== FREE) index = (index + 1) & this.mask;
    this.entries[index * ENTRY + TAG] = tag;
    this.entries[index * ENTRY + PLACE] = row;
    this.entries[index * ENTRY + BUCKET] = bucket;
  }

  /** Linear probing's deletion: whoever was pushed past the gap moves back into it. */
  private closeGap(start: number): void {
    const { entries, mask } = this;
    let gap = start;
    let index = (start + 1) & mask;
    for (; entries[index * ENTRY + PLACE] !== FREE; index = (index + 1) & mask) {
      const home = entries[index * ENTRY + BUCKET] & mask;
      if (((index - home) & mask) < ((index - gap) & mask)) continue;
      entries.copyWithin(gap * ENTRY, index * ENTRY, (index + 1) * ENTRY);
      gap = index;
    }
    entries[gap * ENTRY + PLACE] = FREE;
  }

  private growIndex(): void {
    this.mask = this.mask * 2 + 1;
    this.entries = new Int32Array(ENTRY * (this.mask + 1)).fill(FREE);
    for (const row of this.rows()) {
      this.insert(this.words[row * ROW + ROW_BUCKET], this.words[row * ROW + ROW_TAG], row);
    }
  }

  private growRows(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
  }
}
