import type { Packet } from '../wire/packet.ts';

/** One packet of a ring. */
export interface RingPacket {
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly linkType: number;
  /** On the wire. */
  readonly original: number;
  /** What was captured of it; valid until the ring is written to again. */
  readonly bytes: Uint8Array;
}

/** Of each record: the place of the one before it, frame, seconds, nanos, link type, lengths. */
const HEADER = 32;

/**
 * The last packets of a capture, in memory of a fixed size, chained by connection: what was captured
 * just before something happened can still be had.
 */
export class PacketRing {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly newest = new Map<string, number>();
  /** Bytes written since the beginning; a place is such a number. */
  private written = 0;
  /** What is kept begins here. */
  private oldest = 0;

  /** `size`: bytes, at least 128 KiB. */
  constructor(size: number) {
    if (size < 131_072) throw new RangeError(`a ring of ${size} bytes cannot hold a packet`);
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Connections that have packets here, or had. */
  get connections(): number {
    return this.newest.size;
  }

  /** `connection`: by what its packets are asked for. */
  add(
    connection: string,
    { frame, seconds, nanos, bytes }: Packet,
    offset: number,
    captured: number,
    original: number,
    linkType: number,
  ): void {
    const length = HEADER + captured;
    this.makeRoom(length);
    const { view } = this;
    const at = this.written % this.bytes.length;
    view.setFloat64(at, this.newest.get(connection) ?? -1);
    view.setUint32(at + 8, frame);
    view.setUint32(at + 12, seconds);
    view.setUint32(at + 16, nanos);
    view.setUint32(at + 20, linkType);
    view.setUint32(at + 24, captured);
    view.setUint32(at + 28, original);
    this.bytes.set(bytes.subarray(offset, offset + captured), at + HEADER);
    this.newest.set(connection, this.written);
    this.written += length;
  }

  /** The packets of a connection that are still there, in order; at most so many, the newest. */
  packetsOf(connection: string, most: number): RingPacket[] {
    const packets: RingPacket[] = [];
    let place = this.newest.get(connection) ?? -1;
    while (place >= this.oldest && packets.length < most) {
      const at = place % this.bytes.length;
      packets.push(this.packetAt(at));
      place = this.view.getFloat64(at);
    }
    return packets.toReversed();
  }

  private packetAt(at: number): RingPacket {
    const { view } = this;
    const captured = view.getUint32(at + 24);
    return {
      frame: view.getUint32(at + 8),
      seconds: view.getUint32(at + 12),
      nanos: view.getUint32(at + 16),
      linkType: view.getUint32(at + 20),
      original: view.getUint32(at + 28),
      bytes: this.bytes.subarray(at + HEADER, at + HEADER + captured),
    };
  }

  /** A record is never torn: one that does not fit before the end of the memory begins anew. */
  private makeRoom(length: number): void {
    const size = this.bytes.length;
    if (length > size) throw new RangeError(`a packet of ${length} bytes in a ring of ${size}`);
    const at = this.written % size;
    if (at + length > size) {
      this.written += size - at;
      this.forgetNames();
    }
    this.oldest = Math.max(this.oldest, this.written + length - size);
  }

  /** Once a round: whoever has no packets any more. */
  private forgetNames(): void {
    for (const [connection, place] of this.newest) {
      if (place < this.oldest) this.newest.delete(connection);
    }
  }
}
