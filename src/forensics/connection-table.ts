import { FIN, RST, SYN, type Packet } from '../wire/packet.ts';
import { Connection } from './connection.ts';
import type { ConnectionKey } from './key.ts';

const FREE = -1;

/** An entry: tag, place, bucket, nothing. */
const WIDTH = 4;
const TAG = 0;
const PLACE = 1;
const BUCKET = 2;

/**
 * The connections being followed, found by the hash of their four-tuple: open addressing over one
 * array, so that a look-up touches one line of memory before it touches the connection. The 64-bit
 * hash alone finds the connection of an ordinary segment; whatever begins or ends one compares the
 * addresses too. Connections that left without a trace are used again.
 */
export class ConnectionTable {
  private readonly members: (Connection | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  private readonly spare: Connection[] = [];
  private entries = new Int32Array(WIDTH * 1024).fill(FREE);
  private mask = 1023;
  private size = 0;

  find(packet: Packet, key: ConnectionKey): Connection | undefined {
    const { entries, mask } = this;
    for (let index = key.bucket & mask; ; index = (index + 1) & mask) {
      const at = index * WIDTH;
      const place = entries[at + PLACE];
      if (place === FREE) return undefined;
      if (entries[at + TAG] !== key.tag || entries[at + BUCKET] !== key.bucket) continue;
      const connection = this.members[place];
      if ((packet.flags & (SYN | FIN | RST)) === 0 || connection!.owns(packet, key.side))
        return connection;
    }
  }

  /** A blank connection, in the table from now on; the caller begins it. */
  add(key: ConnectionKey): Connection {
    if (this.size * 2 > this.mask) this.grow();
    const connection = this.spare.pop() ?? new Connection();
    const place = this.freePlaces.pop() ?? this.members.length;
    this.members[place] = connection;
    connection.bucket = key.bucket;
    connection.tag = key.tag;
    connection.place = place;
    this.insert(key.bucket, key.tag, place);
    this.size++;
    return connection;
  }

  /** Takes a connection out; `isSpent`: nobody refers to it any more, it may be used again. */
  remove(connection: Connection, isSpent: boolean): void {
    const { entries, mask } = this;
    let index = connection.bucket & mask;
    while (entries[index * WIDTH + PLACE] !== connection.place) index = (index + 1) & mask;
    this.closeGap(index);
    this.members[connection.place] = undefined;
    this.freePlaces.push(connection.place);
    connection.place = FREE;
    this.size--;
    if (isSpent) this.spare.push(connection);
  }

  isIn(connection: Connection): boolean {
    return connection.place !== FREE;
  }

  *[Symbol.iterator](): Iterator<Connection> {
    for (const connection of this.members) if (connection !== undefined) yield connection;
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
    this.mask = this.mask * 2 + 1;
    this.entries = new Int32Array(WIDTH * (this.mask + 1)).fill(FREE);
    for (const { bucket, tag, place } of this) this.insert(bucket, tag, place);
  }
}
