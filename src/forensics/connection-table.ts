import { FIN, RST, SYN, type Packet } from '../wire/packet.ts';
import { Connection } from './connection.ts';
import { HashIndex } from './hash-index.ts';
import type { ConnectionKey } from './key.ts';

const FREE = -1;

/**
 * The connections being followed, found by the hash of their four-tuple. The 64-bit
 * hash alone finds the connection of an ordinary segment; whatever begins or ends one compares the
 * addresses too. Connections that left without a trace are used again.
 */
export class ConnectionTable {
  private readonly members: (Connection | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  private readonly spare: Connection[] = [];
  private readonly index = new HashIndex();

  find(packet: Packet, key: ConnectionKey): Connection | undefined {
    const { index, members } = this;
    let position = index.find(key.bucket, key.tag);
    for (; position >= 0; position = index.find(key.bucket, key.tag, position + 1)) {
      const connection = members[index.placeAt(position)]!;
      const isOrdinary = (packet.flags & (SYN | FIN | RST)) === 0;
      if (isOrdinary || connection.owns(packet, key.side)) return connection;
    }
    return undefined;
  }

  /** A blank connection, in the table from now on; the caller begins it. */
  add(key: ConnectionKey): Connection {
    const connection = this.spare.pop() ?? new Connection();
    const place = this.freePlaces.pop() ?? this.members.length;
    this.members[place] = connection;
    connection.bucket = key.bucket;
    connection.tag = key.tag;
    connection.place = place;
    this.index.add(key.bucket, key.tag, place);
    return connection;
  }

  /** Takes a connection out; `isSpent`: nobody refers to it any more, it may be used again. */
  remove(connection: Connection, isSpent: boolean): void {
    this.index.remove(connection.bucket, connection.place);
    this.members[connection.place] = undefined;
    this.freePlaces.push(connection.place);
    connection.place = FREE;
    if (isSpent) this.spare.push(connection);
  }

  get size(): number {
    return this.members.length - this.freePlaces.length;
  }

  isIn(connection: Connection): boolean {
    return connection.place !== FREE;
  }

  *[Symbol.iterator](): Iterator<Connection> {
    for (const connection of this.members) if (connection !== undefined) yield connection;
  }
}
