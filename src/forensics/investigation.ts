import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { readOptions, TcpOptions } from '../wire/options.ts';
import { ACK, RST, SYN, type Packet, type PacketVisitor } from '../wire/packet.ts';
import { Conclusion, nameOf } from './conclude.ts';
import { Connection, type Predecessor, type Side } from './connection.ts';
import { NEVER } from './end.ts';
import { FailureWatch } from './failures.ts';
import { ConnectionKey } from './key.ts';
import { LadderKeeper } from './ladder.ts';
import { RecentSegments } from './recent.ts';
import { sight, type ResetSighting } from './sighting.ts';
import { Surroundings } from './surroundings.ts';
import type { Survey } from './survey.ts';
import type { Ladder, Verdict } from './verdict.ts';

/** Closed connections that are kept a while for their late segments; the oldest go first. */
const CLOSED_KEPT = 4096;
/** 2 × MSL: after that nothing of a closed connection is on the way any more (RFC 9293 §3.4.2). */
const CLOSED_SECONDS = 120;

export interface InvestigationOptions {
  /** What a first pass over the same capture marked; without it every connection is followed. */
  readonly survey?: Survey;
  /** Which of the survey's rounds this pass is, from 0. */
  readonly round?: number;
  /** The connection (its first frame) whose segments are all kept for a ladder. */
  readonly keepLadderOf?: number;
}

/**
 * The pass that follows connections: each segment goes to its connection, each reset is described
 * as it arrives, and what is over and uneventful is forgotten.
 */
export class Investigation implements PacketVisitor {
  readonly surroundings: Surroundings;
  private readonly survey: Survey | undefined;
  private readonly round: number;
  private readonly rounds: number;
  private readonly key = new ConnectionKey();
  private readonly options = new TcpOptions();
  private readonly recent = new RecentSegments();
  private readonly connections = new Map<number, Connection>();
  private readonly closed: Connection[] = [];
  private closedHead = 0;
  private readonly sightings: ResetSighting[] = [];
  private readonly failures: FailureWatch;
  private readonly ladderKeeper: LadderKeeper;
  private connectionCount = 0;
  private baseSeconds = -1;
  private now = 0;

  constructor(options: InvestigationOptions = {}) {
    this.survey = options.survey;
    this.surroundings = options.survey?.surroundings ?? new Surroundings();
    this.round = options.round ?? 0;
    this.rounds = options.survey?.rounds ?? 1;
    this.failures = new FailureWatch();
    this.ladderKeeper = new LadderKeeper(options.keepLadderOf);
  }

  segment(packet: Packet): void {
    const key = this.key.of(packet);
    if (this.baseSeconds < 0) this.baseSeconds = packet.seconds;
    if (this.survey !== undefined && !this.survey.follows(key, this.round, this.rounds)) return;
    const at = packet.seconds - this.baseSeconds + packet.nanos * 1e-9;
    if (at > this.now) this.now = at;
    readOptions(packet, this.options);
    const connection = this.connectionOf(packet, key, at);
    if (connection.isDuplicate(packet, at, key.side, this.recent)) return;
    this.ladderKeeper.keep(connection, packet, at, key.side);
    if ((packet.flags & RST) !== 0) this.reset(packet, connection, at, key);
    else this.arrives(packet, connection, at, key);
  }

  icmpError(packet: Packet): void {
    const key = this.key.of(packet);
    const connection = this.find(packet, key);
    if (connection === undefined) return;
    connection.icmp = `${packet.icmpType}/${packet.icmpCode}`;
    connection.icmpFrame = packet.frame;
  }

  /** After the last packet: the verdicts in the order of their frames, and the summary. */
  conclude(counts: CaptureCounts, problems: readonly Problem[]): Conclusion {
    for (const connection of this.everyConnection()) this.failures.atEnd(connection, this.now);
    return new Conclusion({
      sightings: this.sightings,
      failures: this.failures.sightings,
      surroundings: this.surroundings,
      connections: this.survey?.connections ?? this.connectionCount,
      baseSeconds: this.baseSeconds,
      counts,
      problems,
    });
  }

  /** The story of the connection named in `keepLadderOf`; undefined: never seen. */
  ladder(verdicts: readonly Verdict[]): Ladder | undefined {
    return this.ladderKeeper.ladder(nameOf, verdicts);
  }

  private arrives(packet: Packet, connection: Connection, at: number, key: ConnectionKey): void {
    const { flags } = packet;
    if (this.survey === undefined && (flags & (SYN | ACK)) === (SYN | ACK)) {
      this.surroundings.accepted(packet, key.sourceEndpoint);
    }
    connection.arrives(packet, this.options, at, key.side, this.recent);
    this.failures.after(connection, packet, at, key.side);
    if (connection.closed && connection.firstResetFrame === NEVER) this.retire(connection);
  }

  private reset(packet: Packet, connection: Connection, at: number, key: ConnectionKey): void {
    const { side } = key;
    if (this.survey === undefined) this.surroundings.reset(packet, key);
    this.sightings.push(sight(connection, packet, this.options, at, side, this.recent));
    if (connection.firstResetFrame === NEVER) connection.firstResetFrame = packet.frame;
    else connection.remember(packet, at, side);
  }

  /** The packet's connection; a SYN after the end of one begins the next on the same four-tuple. */
  private connectionOf(packet: Packet, key: ConnectionKey, at: number): Connection {
    const known = this.find(packet, key);
    if (known === undefined) return this.begin(packet, key, at, undefined);
    if ((packet.flags & (SYN | ACK | RST)) !== SYN || !beginsAnew(known, packet, key.side))
      return known;
    known.successorSynFrame = packet.frame;
    known.successorSynAt = at;
    this.failures.atEnd(known, at);
    this.forget(known);
    return this.begin(packet, key, at, known);
  }

  private find(packet: Packet, key: ConnectionKey): Connection | undefined {
    let connection = this.connections.get(key.tag);
    while (connection !== undefined && !connection.owns(packet, key.side)) {
      connection = connection.nextOfTag;
    }
    return connection;
  }

  private begin(
    packet: Packet,
    key: ConnectionKey,
    at: number,
    past: Connection | undefined,
  ): Connection {
    const home = this.recent.allocate();
    const connection = new Connection(packet, at, home, past && summaryOf(past), key.side);
    connection.tag = key.tag;
    connection.nextOfTag = this.connections.get(key.tag);
    this.connections.set(key.tag, connection);
    this.connectionCount++;
    return connection;
  }

  /** A quiet end: kept for late segments until it is old, or too many are kept. */
  private retire(connection: Connection): void {
    if (connection.retired) return;
    connection.retired = true;
    this.closed.push(connection);
    while (this.closedHead < this.closed.length && this.isOld(this.closed[this.closedHead])) {
      const oldest = this.closed[this.closedHead++];
      if (oldest.firstResetFrame === NEVER && !oldest.forgotten) {
        this.failures.atEnd(oldest, this.now);
        this.forget(oldest);
      }
    }
    if (this.closedHead > CLOSED_KEPT) {
      this.closed.splice(0, this.closedHead);
      this.closedHead = 0;
    }
  }

  private isOld(connection: Connection): boolean {
    return (
      this.closed.length - this.closedHead > CLOSED_KEPT ||
      this.now - connection.lastAt > CLOSED_SECONDS
    );
  }

  private forget(connection: Connection): void {
    connection.forgotten = true;
    this.recent.release(connection.home);
    const first = this.connections.get(connection.tag);
    if (first === connection) {
      if (connection.nextOfTag === undefined) this.connections.delete(connection.tag);
      else this.connections.set(connection.tag, connection.nextOfTag);
      return;
    }
    for (let before = first; before !== undefined; before = before.nextOfTag) {
      if (before.nextOfTag === connection) before.nextOfTag = connection.nextOfTag;
    }
  }

  private *everyConnection(): Iterable<Connection> {
    for (const first of this.connections.values()) {
      for (let each: Connection | undefined = first; each !== undefined; each = each.nextOfTag)
        yield each;
    }
  }
}

/** A SYN on a known four-tuple: a new connection, or one more attempt of the same? */
function beginsAnew(known: Connection, packet: Packet, side: Side): boolean {
  const end = known.end(side);
  if (end.synFrame !== NEVER && end.iss === packet.seq) return false;
  if (known.firstResetFrame !== NEVER && known.story.handshakeAckFrame !== NEVER) return true;
  const hasLived =
    known.story.handshakeAckFrame !== NEVER ||
    end.finFrame !== NEVER ||
    known.end(0).synFrame + known.end(1).synFrame === NEVER;
  return hasLived;
}

function summaryOf(past: Connection): Predecessor {
  const { lower, upper } = past.story;
  const closed = lower.finFrame !== NEVER && upper.finFrame !== NEVER;
  return {
    closed,
    reset: past.firstResetFrame !== NEVER,
    lastFrame: Math.max(lower.lastFrame, upper.lastFrame),
    lastAt: past.lastAt,
    closedFirst: closed ? (lower.finFrame < upper.finFrame ? 0 : 1) : undefined,
  };
}
