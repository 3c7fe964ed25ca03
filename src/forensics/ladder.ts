import { ACK, type Packet, FIN, RST, SYN } from '../wire/packet.ts';
import { distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { LadderBook, type KeptRow } from './ladder-book.ts';
import { windowInBytes } from './numbers.ts';
import type { Side } from './story.ts';
import type { ConnectionName, Ladder, LadderRow, Verdict } from './verdict.ts';

/** Whose segments are kept for ladders, and how many of them. */
export interface LadderWishes {
  /** By connection (its first frame), the frames to be kept wherever they lie, with their neighbours. */
  readonly of: ReadonlyMap<number, ReadonlySet<number>>;
  /** Rows kept from the beginning, and from the end, of a long connection. */
  readonly head: number;
  readonly tail: number;
  /** Bytes of each segment's payload that are kept. */
  readonly payloadBytes: number;
}

const NO_FRAMES: ReadonlySet<number> = new Set();

/** One connection, as somebody wants to see it who asks for no other. */
export const wishFor = (connection: number | undefined): LadderWishes => ({
  of: new Map(connection === undefined ? [] : [[connection, NO_FRAMES]]),
  head: 200,
  tail: 800,
  payloadBytes: 0,
});

/** Keeps the segments of the connections that somebody wants to see whole. */
export class LadderKeeper {
  private readonly wishes: LadderWishes;
  private readonly books = new Map<number, LadderBook>();

  constructor(wishes: LadderWishes) {
    this.wishes = wishes;
  }

  keep(connection: Connection, packet: Packet, at: number, side: Side): void {
    const book = this.bookOf(connection);
    if (book === undefined) return;
    const { flags, seq, ack, payloadLength } = packet;
    book.hears(side, flags, seq, ack);
    const { payloadBytes } = this.wishes;
    book.add({
      frame: packet.frame,
      atSeconds: at - connection.firstAt,
      side,
      flags,
      rawSeq: seq >>> 0,
      rawAck: ack >>> 0,
      length: payloadLength,
      window: scaled(connection, packet, side),
      ttl: packet.ttl,
      remark: remarkOn(connection, packet, side),
      ...(payloadBytes > 0 && payloadLength > 0 && { payload: payloadOf(packet, payloadBytes) }),
    });
  }

  /** An ICMP error about a segment that `side` had sent; it goes there. */
  keepError(connection: Connection, packet: Packet, at: number, side: Side): void {
    this.bookOf(connection)?.add({
      frame: packet.frame,
      atSeconds: at - connection.firstAt,
      side: side === 0 ? 1 : 0,
      flags: 0,
      rawSeq: packet.seq >>> 0,
      rawAck: 0,
      length: 0,
      window: 0,
      ttl: packet.ttl,
      remark: undefined,
      icmp: `${packet.icmpType}/${packet.icmpCode}`,
    });
  }

  keeps(connection: Connection): boolean {
    return this.books.get(connection.firstFrame)?.connection === connection;
  }

  /** Those connections that were seen at all, in the order of their first frames. */
  ladders(
    name: (connection: Connection) => ConnectionName,
    verdicts: readonly Verdict[],
  ): Ladder[] {
    const own = new Map<number, Verdict[]>();
    for (const verdict of verdicts) {
      const { id } = verdict.connection;
      if (own.get(id)?.push(verdict) === undefined) own.set(id, [verdict]);
    }
    return [...this.books].map(([id, book]) => ({
      connection: name(book.connection),
      rows: book.rows().map((row) => ('omitted' in row ? row : relative(row, book))),
      verdicts: own.get(id) ?? [],
    }));
  }

  private bookOf(connection: Connection): LadderBook | undefined {
    if (this.wishes.of.size === 0) return undefined;
    const { firstFrame } = connection;
    const known = this.books.get(firstFrame);
    if (known !== undefined) return known;
    const frames = this.wishes.of.get(firstFrame);
    if (frames === undefined) return undefined;
    const { head, tail } = this.wishes;
    const book = new LadderBook(connection, frames, head, tail);
    this.books.set(firstFrame, book);
    return book;
  }
}

/** Relative to the initial sequence numbers; a reset's bare zeros stay zero, as Wireshark's do not. */
const relative = (row: KeptRow, { connection, initial }: LadderBook): LadderRow => {
  const { side, ...rest } = row;
  const own = initial[side];
  const others = initial[side === 0 ? 1 : 0];
  const bareZero = (row.flags & RST) !== 0 && row.rawSeq === 0;
  return {
    ...rest,
    fromClient: side === connection.client,
    seq: own === undefined || bareZero ? row.rawSeq : distance(row.rawSeq, own),
    ack:
      others === undefined || (row.flags & ACK) === 0 ? row.rawAck : distance(row.rawAck, others),
  };
};

/** A copy: the packet's memory is used again. */
const payloadOf = ({ bytes, payloadOffset, payloadCaptured }: Packet, most: number): Uint8Array =>
  bytes.slice(payloadOffset, payloadOffset + Math.min(payloadCaptured, most));

const scaled = (connection: Connection, packet: Packet, side: Side): number =>
  windowInBytes(packet, connection.end(side), connection.end(side === 0 ? 1 : 0));

/** What a segment is beyond its flags; asked before the connection takes it into account. */
function remarkOn(connection: Connection, packet: Packet, side: Side): string | undefined {
  const { flags, payloadLength, seq } = packet;
  const end = connection.end(side);
  if ((flags & RST) !== 0) return undefined;
  if (
    end.nxtKnown &&
    payloadLength <= 1 &&
    (flags & (SYN | FIN)) === 0 &&
    distance(seq, end.nxt) === -1
  ) {
    return connection.end(side === 0 ? 1 : 0).window === 0 ? 'window probe' : 'keep-alive';
  }
  if (packet.window === 0 && (flags & SYN) === 0) return 'zero window';
  const consumes = payloadLength > 0 || (flags & (SYN | FIN)) !== 0;
  if (consumes && end.nxtKnown && distance(seq, end.nxt) < 0) return 'retransmission';
  if (end.nxtKnown && distance(seq, end.nxt) > 0) return 'previous segment not captured';
  return payloadLength > 0 ? firstWords(packet) : undefined;
}

/** The start line of a text protocol, or the name of a TLS record. */
function firstWords(packet: Packet): string | undefined {
  const { bytes, payloadOffset, payloadCaptured } = packet;
  if (payloadCaptured >= 6 && bytes[payloadOffset] === 22 && bytes[payloadOffset + 1] === 3) {
    const type = bytes[payloadOffset + 5];
    return type === 1 ? 'TLS ClientHello' : type === 2 ? 'TLS ServerHello' : 'TLS handshake';
  }
  let line = '';
  for (let i = payloadOffset; i < payloadOffset + Math.min(payloadCaptured, 24); i++) {
    const byte = bytes[i];
    if (byte < 0x20 || byte > 0x7e) break;
    line += String.fromCharCode(byte);
  }
  return /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|HTTP\/|SSH-)/.test(line)
    ? line.trim()
    : undefined;
}
