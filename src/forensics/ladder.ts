import { type Packet, FIN, RST, SYN } from '../wire/packet.ts';
import { distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import type { Side } from './story.ts';
import type { ConnectionName, Ladder, LadderRow, Verdict } from './verdict.ts';

/** Rows kept from the beginning, and from the end, of a long connection. */
const HEAD = 200;
const TAIL = 800;

interface Row extends Omit<LadderRow, 'seq' | 'ack' | 'fromClient'> {
  readonly side: Side;
}

/** Keeps every segment of the one connection that somebody wants to see whole. */
export class LadderKeeper {
  private readonly wanted: number | undefined;
  private connection: Connection | undefined;
  private readonly rows: Row[] = [];
  private omitted = 0;
  private readonly initial: [number | undefined, number | undefined] = [undefined, undefined];

  constructor(wanted: number | undefined) {
    this.wanted = wanted;
  }

  keep(connection: Connection, packet: Packet, at: number, side: Side): void {
    if (connection.firstFrame !== this.wanted) return;
    this.connection = connection;
    const { flags, seq, ack, payloadLength } = packet;
    const isReset = (flags & RST) !== 0;
    if (!isReset) this.initial[side] ??= seq;
    if (!isReset && (flags & 16) !== 0) this.initial[side === 0 ? 1 : 0] ??= (ack - 1) | 0;
    if (this.rows.length >= HEAD + TAIL) {
      this.rows.splice(HEAD, 1);
      this.omitted++;
    }
    this.rows.push({
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
    });
  }

  keeps(connection: Connection): boolean {
    return this.connection === connection;
  }

  /** Undefined if the connection was never seen. */
  ladder(
    name: (connection: Connection) => ConnectionName,
    verdicts: readonly Verdict[],
  ): Ladder | undefined {
    const { connection } = this;
    if (connection === undefined) return undefined;
    const rows: (LadderRow | { readonly omitted: number })[] = this.rows.map((row) =>
      this.relative(row, connection),
    );
    if (this.omitted > 0) rows.splice(HEAD, 0, { omitted: this.omitted });
    const own = verdicts.filter((verdict) => verdict.connection.id === connection.firstFrame);
    return { connection: name(connection), rows, verdicts: own };
  }

  /** Relative to the initial sequence numbers; a reset's bare zeros stay zero, as Wireshark's do not. */
  private relative(row: Row, connection: Connection): LadderRow {
    const { side, ...rest } = row;
    const own = this.initial[side];
    const others = this.initial[side === 0 ? 1 : 0];
    const bareZero = (row.flags & RST) !== 0 && row.rawSeq === 0;
    return {
      ...rest,
      fromClient: side === connection.client,
      seq: own === undefined || bareZero ? row.rawSeq : distance(row.rawSeq, own),
      ack:
        others === undefined || (row.flags & 16) === 0 ? row.rawAck : distance(row.rawAck, others),
    };
  }
}

function scaled(connection: Connection, packet: Packet, side: Side): number {
  const own = connection.end(side).windowScale;
  const peer = connection.end(side === 0 ? 1 : 0).windowScale;
  const scales = (packet.flags & SYN) === 0 && own > 0 && peer >= 0;
  return scales ? packet.window * 2 ** own : packet.window;
}

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
