import { ACK, FIN, type Packet, type PacketVisitor, RST, SYN } from '../wire/packet.ts';
import { sourceName, targetName } from './addresses.ts';
import { ConnectionKey } from './key.ts';

/** Shorter pauses are part of a conversation. */
const IDLE_MS = 1000;
/** Of each kind at one server; beyond them gaps are counted only. */
const MOST_GAPS = 10_000;

/** An end of idleness, as one connection showed it. */
export interface Gap {
  /** How long nothing had been said, in milliseconds. */
  readonly ms: number;
  readonly frame: number;
}

/** What one server's connections show about the timers at both ends. */
export interface ServerGaps {
  /** `10.0.0.7:8080`. */
  readonly server: string;
  /** Idle connections that the server ended, by FIN or RST, and those that the client ended. */
  readonly serverClosed: Gap[];
  readonly clientClosed: Gap[];
  /** Idle connections on which the client spoke again. */
  readonly reused: Gap[];
  /** The same, but the server had closed by then. */
  readonly tooLate: Gap[];
  /** Of `reused`, the ones that a reset answered, though nobody had closed: somebody had forgotten them. */
  readonly forgotten: Gap[];
}

interface Following {
  /** Beside the place in the table, tells whose entry it is. */
  readonly tag: number;
  /** Which of the two ends, as `ConnectionKey` has them. */
  readonly clientSide: 0 | 1;
  readonly gaps: ServerGaps;
  /** When somebody said something last, and when before the client spoke again. */
  lastMs: number;
  quietSinceMs: number;
  /** Where each end's next byte is expected, once it has spoken. */
  clientNext: number | undefined;
  serverNext: number | undefined;
  endedBy: 'client' | 'server' | undefined;
  /** After which the client spoke again, and nobody has answered yet. */
  unanswered: Gap | undefined;
}

/**
 * Shown every packet of a capture, notes how long connections were idle when somebody closed them or
 * spoke again. Keepalive probes are no speech: they repeat an old byte, or none.
 */
export class IdleGaps implements PacketVisitor {
  private readonly key = new ConnectionKey();
  private readonly open = new Map<number, Following[]>();
  private readonly servers = new Map<string, ServerGaps>();

  segment(packet: Packet): void {
    const { bucket, tag, side } = this.key.of(packet);
    const here = this.open.get(bucket) ?? [];
    const ms = packet.seconds * 1000 + packet.nanos / 1e6;
    let one = here.find((each) => each.tag === tag);
    if (one === undefined || opensAnew(packet, one)) {
      if (!begins(packet)) return;
      const before = one;
      one = this.begin(packet, ms);
      this.open.set(bucket, [...here.filter((each) => each !== before), one]);
    }
    const fromClient = side === one.clientSide;
    const isOver = this.take(one, packet, fromClient, ms);
    if (isOver) this.forget(bucket, one);
  }

  icmpError(): void {
    // Says nothing about timers.
  }

  /** The servers with something to tell, the busiest first. */
  found(): ServerGaps[] {
    const weight = ({ serverClosed, clientClosed, reused, tooLate }: ServerGaps): number =>
      serverClosed.length + clientClosed.length + reused.length + tooLate.length;
    return [...this.servers.values()]
      .filter((one) => weight(one) > 0)
      .toSorted((a, b) => weight(b) - weight(a));
  }

  /** Without the handshake, the end with the lower port is taken for the server. */
  private begin(packet: Packet, ms: number): Following {
    const { flags, sourcePort, targetPort } = packet;
    const isOpening = (flags & SYN) !== 0;
    const fromClient = isOpening ? (flags & ACK) === 0 : sourcePort >= targetPort;
    const { tag, side } = this.key;
    return {
      tag,
      clientSide: fromClient ? side : side === 0 ? 1 : 0,
      gaps: this.gapsOf(fromClient ? targetName(packet) : sourceName(packet)),
      lastMs: ms,
      quietSinceMs: ms,
      clientNext: undefined,
      serverNext: undefined,
      endedBy: undefined,
      unanswered: undefined,
    };
  }

  /** Whether nothing of it can matter any more. */
  private take(one: Following, packet: Packet, fromClient: boolean, ms: number): boolean {
    const { gaps } = one;
    const gap: Gap = { ms: ms - one.lastMs, frame: packet.frame };
    const speaks = isNew(one, packet, fromClient);
    if (speaks) one.unanswered = undefined;
    if (speaks && fromClient && gap.ms >= IDLE_MS && one.endedBy !== 'client') {
      keep(one.endedBy === 'server' ? gaps.tooLate : gaps.reused, gap);
      one.unanswered = gap;
      one.quietSinceMs = one.lastMs;
    }
    if (speaks || (packet.flags & SYN) !== 0) one.lastMs = ms;
    const by = fromClient ? 'client' : 'server';
    const isReset = (packet.flags & RST) !== 0;
    if (!isReset && (packet.flags & FIN) === 0) return false;
    if (one.endedBy === undefined) this.takeEnd(one, packet, by, speaks, gap);
    const isOver = isReset || (one.endedBy !== undefined && one.endedBy !== by);
    one.endedBy ??= by;
    return isOver;
  }

  /** Somebody is the first to end the connection. */
  private takeEnd(
    { gaps, unanswered, clientNext, quietSinceMs, lastMs }: Following,
    { flags, ack, frame }: Packet,
    by: 'client' | 'server',
    speaks: boolean,
    gap: Gap,
  ): void {
    if (by === 'server' && unanswered !== undefined) {
      const knowsNotOfIt = clientNext === undefined || ((ack - clientNext) | 0) < 0;
      if ((flags & RST) !== 0) keep(gaps.forgotten, unanswered);
      else if (knowsNotOfIt) {
        // The FIN and the words crossed: it had left before they came.
        keep(gaps.serverClosed, { ms: lastMs + gap.ms - quietSinceMs, frame });
        keep(gaps.tooLate, unanswered);
        gaps.reused.splice(gaps.reused.indexOf(unanswered), 1);
      }
    } else if (gap.ms >= IDLE_MS && !speaks) {
      keep(by === 'client' ? gaps.clientClosed : gaps.serverClosed, gap);
    }
  }

  private forget(bucket: number, one: Following): void {
    const left = (this.open.get(bucket) ?? []).filter((each) => each !== one);
    if (left.length === 0) this.open.delete(bucket);
    else this.open.set(bucket, left);
  }

  private gapsOf(server: string): ServerGaps {
    let gaps = this.servers.get(server);
    if (gaps === undefined) {
      gaps = { server, serverClosed: [], clientClosed: [], reused: [], tooLate: [], forgotten: [] };
      this.servers.set(server, gaps);
    }
    return gaps;
  }
}

const keep = (gaps: Gap[], gap: Gap): void => {
  if (gaps.length < MOST_GAPS) gaps.push(gap);
};

/** What a connection is followed from: its SYN, or the first bytes that were captured. */
const begins = ({ flags, payloadLength }: Packet): boolean =>
  (flags & RST) === 0 && ((flags & SYN) !== 0 || payloadLength > 0);

/** A SYN after an end, or before anything was said. */
const opensAnew = ({ flags }: Packet, { endedBy }: Following): boolean =>
  (flags & SYN) !== 0 && (flags & ACK) === 0 && endedBy !== undefined;

/** Whether the segment holds bytes that this end has not sent before; remembers them. */
const isNew = (one: Following, packet: Packet, fromClient: boolean): boolean => {
  const { payloadLength } = packet;
  if (payloadLength <= 0) return false;
  const end = (packet.seq + payloadLength) | 0;
  const next = fromClient ? one.clientNext : one.serverNext;
  if (next !== undefined && ((end - next) | 0) <= 0) return false;
  if (fromClient) one.clientNext = end;
  else one.serverNext = end;
  return true;
};
