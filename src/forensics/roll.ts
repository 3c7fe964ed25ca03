import type { Packet } from '../wire/packet.ts';
import { takeAddresses } from './addresses.ts';
import { HashIndex } from './hash-index.ts';
import type { ConnectionKey } from './key.ts';

/** No trace. */
const NONE = -1;

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
  private readonly index = new HashIndex();
  private words = new Int32Array(ROW * 2048);
  private used = 0;
  private readonly freeRows: number[] = [];

  /** -1 if it is not there. */
  find(key: ConnectionKey): number {
    const position = this.index.find(key.bucket, key.tag);
    return position < 0 ? -1 : this.index.placeAt(position);
  }

  add(packet: Packet, key: ConnectionKey, state: number, trace: number): number {
    const row = this.freeRows.pop() ?? this.used++;
    if ((row + 1) * ROW > this.words.length) this.growRows();
    const { words } = this;
    const at = row * ROW;
    words[at + STATE] = state;
    words[at + FIRST] = trace;
    words[at + LAST] = trace;
    words[at + COUNT] = 0;
    words[at + BEFORE_FIRST] = NONE;
    words[at + BEFORE_COUNT] = 0;
    words[at + FOLLOWED] = 0;
    words[at + ROW_BUCKET] = key.bucket;
    words[at + VERSION] = packet.ipVersion;
    words[at + IN_USE] = 1;
    takeAddresses(
      packet,
      words,
      at + (key.side === 0 ? LOWER : UPPER),
      at + (key.side === 0 ? UPPER : LOWER),
    );
    this.index.add(key.bucket, key.tag, row);
    return row;
  }

  remove(row: number): void {
    const { words } = this;
    this.index.remove(words[row * ROW + ROW_BUCKET], row);
    words[row * ROW + IN_USE] = 0;
    words[row * ROW + GENERATION]++;
    this.freeRows.push(row);
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
    this.words[at + BEFORE_FIRST] = NONE;
    this.words[at + COUNT] = 0;
  }

  /** Changes whenever the row begins to mean somebody else, or another life. */
  generation(row: number): number {
    return this.words[row * ROW + GENERATION];
  }

  *rows(): Generator<number> {
    for (let row = 0; row < this.used; row++) if (this.words[row * ROW + IN_USE] !== 0) yield row;
  }

  private growRows(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
  }
}
