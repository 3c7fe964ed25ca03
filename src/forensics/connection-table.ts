import type { Packet } from '../wire/packet.ts';
import { Connection } from './connection.ts';
import type { ConnectionKey } from './key.ts';

const FREE = -1;

/**
 * The connections being followed, found by the hash of their four-tuple: open addressing over one
 * array of pairs (tag, place), so that a look-up touches one line of memory before it touches the
 * connection. Connections that left without a trace are used again.
 */
export class ConnectionTable {
  private readonly members: (Connection | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  private readonly spare: Connection[] = [];
  private pairs = new Int32Array(2 * 1024).fill(FREE);
  private mask = 1023;
  private size = 0;

  find(packet: Packet, key: ConnectionKey): Connection | undefined {
    const { pairs, mask } = this;
    for (let index = key.bucket & mask; ; index = (index + 1) & mask) {
      const place = pairs[index * 2 + 1];
      if (place === FREE) return undefined;
      if (pairs[index * 2] !== key.tag) continue;
      const connection = this.members[place];
      if (connection!.owns(packet, key.side)) return connection;
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
    const { pairs, mask } = this;
    let index = connection.bucket & mask;
    while (pairs[index * 2 + 1] !== connection.place) index = (index + 1) & mask;
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
    while (this.pairs[index * 2 + 1] !== FREE) index = (index + 1) & this.mask;
    this.pairs[index * 2] = tag;
    this.pairs[index * 2 + 1] = place;
  }

  /** Linear probing's deletion: whoever was pushed past the gap moves back into it. */
  private closeGap(start: number): void {
    const { pairs, mask } = this;
    let gap = start;
    for (let index = (start + 1) & mask; pairs[index * 2 + 1] !== FREE; index = (index + 1) & mask) {
      const home = this.members[pairs[index * 2 + 1]]!.bucket & mask;
      if (((index - home) & mask) < ((index - gap) & mask)) continue;
      pairs[gap * 2] = pairs[index * 2];
      pairs[gap * 2 + 1] = pairs[index * 2 + 1];
      gap = index;
    }
    pairs[gap * 2 + 1] = FREE;
  }

  private grow(): void {
    this.mask = this.mask * 2 + 1;
    this.pairs = new Int32Array(2 * (this.mask + 1)).fill(FREE);
    for (const { bucket, tag, place } of this) this.insert(bucket, tag, place);
  }
}
