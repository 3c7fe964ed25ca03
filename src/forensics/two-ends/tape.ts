import { ACK, type Packet, type PacketVisitor, SYN } from '../../wire/packet.ts';
import { sourceName, targetName } from '../addresses.ts';
import { ConnectionKey } from '../key.ts';
import type { Side } from '../story.ts';

/** A connection on a tape: its names by side, and where its segments are. */
export interface TapedConnection {
  readonly index: number;
  /** `10.0.0.1:80`, by side; as in `ConnectionKey`, a side says nothing of client and server. */
  readonly names: readonly [string, string];
  /** Who sent the SYN; undefined: it was not captured. */
  opener: Side | undefined;
  /** Sequence numbers of SYN and SYN,ACK by side, where they were captured. */
  readonly iss: [number | undefined, number | undefined];
  /** Its last segment; `previous` of the tape leads back. */
  last: number;
  segments: number;
}

/** Segments that a tape takes; each is 34 bytes. */
const MOST_SEGMENTS = 20_000_000;
const FIRST_ROOM = 4096;

const NONE = -1;

/**
 * Every TCP segment of a capture, in columns: what one end shows of its connections, to be held
 * against what the other end shows.
 */
export class Tape implements PacketVisitor {
  length = 0;
  /** By segment: milliseconds since 1970, frame, numbers, payload bytes, flags, connection. */
  ms = new Float64Array(FIRST_ROOM);
  frame = new Int32Array(FIRST_ROOM);
  seq = new Int32Array(FIRST_ROOM);
  ack = new Int32Array(FIRST_ROOM);
  payload = new Int32Array(FIRST_ROOM);
  flags = new Uint8Array(FIRST_ROOM);
  side = new Uint8Array(FIRST_ROOM);
  connection = new Int32Array(FIRST_ROOM);
  /** The segment before on the same connection, or -1. */
  previous = new Int32Array(FIRST_ROOM);
  readonly connections: TapedConnection[] = [];
  /** There were more segments than a tape takes: it cannot bear witness. */
  overflowed = false;
  private readonly key = new ConnectionKey();
  private readonly open = new Map<number, { readonly tag: number; at: number }[]>();

  get beginMs(): number {
    return this.length === 0 ? Number.NaN : this.ms[0];
  }

  get endMs(): number {
    return this.length === 0 ? Number.NaN : this.ms[this.length - 1];
  }

  segment(packet: Packet): void {
    if (this.length >= MOST_SEGMENTS) {
      this.overflowed = true;
      return;
    }
    const { bucket, tag, side } = this.key.of(packet);
    const connection = this.connectionOf(packet, bucket, tag, side);
    if (this.length === this.ms.length) this.grow();
    const at = this.length;
    this.ms[at] = packet.seconds * 1000 + packet.nanos / 1e6;
    this.frame[at] = packet.frame;
    this.seq[at] = packet.seq;
    this.ack[at] = packet.ack;
    this.payload[at] = packet.payloadLength;
    this.flags[at] = packet.flags;
    this.side[at] = side;
    this.connection[at] = connection.index;
    this.previous[at] = connection.last;
    this.length += 1;
    connection.last = at;
    connection.segments += 1;
    if ((packet.flags & SYN) !== 0) {
      connection.iss[side] = packet.seq;
      if ((packet.flags & ACK) === 0) connection.opener = side;
    }
  }

  icmpError(): void {
    // No segment of a connection.
  }

  /** Where a frame is; -1 if it holds no segment. */
  indexOf(frame: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const there = this.frame[middle];
      if (there === frame) return middle;
      if (there < frame) low = middle + 1;
      else high = middle - 1;
    }
    return NONE;
  }

  /** The segments of a connection, in order. */
  segmentsOf({ last, segments }: TapedConnection): Int32Array {
    const found = new Int32Array(segments);
    let at = last;
    for (let place = segments - 1; place >= 0; place -= 1) {
      found[place] = at;
      at = this.previous[at];
    }
    return found;
  }

  /** A SYN with another number than the one before begins another connection. */
  private connectionOf(packet: Packet, bucket: number, tag: number, side: Side): TapedConnection {
    let here = this.open.get(bucket);
    if (here === undefined) this.open.set(bucket, (here = []));
    const entry = here.find((one) => one.tag === tag);
    const known = entry && this.connections[entry.at];
    if (entry !== undefined && known !== undefined && !beginsAnew(packet, known, side))
      return known;
    const fresh = this.begin(packet, side);
    if (entry === undefined) here.push({ tag, at: fresh.index });
    else entry.at = fresh.index;
    return fresh;
  }

  private begin(packet: Packet, side: Side): TapedConnection {
    const [source, target] = [sourceName(packet), targetName(packet)];
    const connection: TapedConnection = {
      index: this.connections.length,
      names: side === 0 ? [source, target] : [target, source],
      opener: undefined,
      iss: [undefined, undefined],
      last: NONE,
      segments: 0,
    };
    this.connections.push(connection);
    return connection;
  }

  private grow(): void {
    const room = this.ms.length * 2;
    const wider = <T extends Float64Array | Int32Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.ms = wider(new Float64Array(room), this.ms);
    this.frame = wider(new Int32Array(room), this.frame);
    this.seq = wider(new Int32Array(room), this.seq);
    this.ack = wider(new Int32Array(room), this.ack);
    this.payload = wider(new Int32Array(room), this.payload);
    this.flags = wider(new Uint8Array(room), this.flags);
    this.side = wider(new Uint8Array(room), this.side);
    this.connection = wider(new Int32Array(room), this.connection);
    this.previous = wider(new Int32Array(room), this.previous);
  }
}

const beginsAnew = ({ flags, seq }: Packet, known: TapedConnection, side: Side): boolean =>
  (flags & (SYN | ACK)) === SYN && known.segments > 0 && known.iss[side] !== seq;
