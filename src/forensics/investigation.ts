import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { readOptions, TcpOptions } from '../wire/options.ts';
import { ACK, RST, SYN, type Packet, type PacketVisitor } from '../wire/packet.ts';
import { arrive } from './arrival.ts';
import type { Connection, Predecessor } from './connection.ts';
import type { Side } from './story.ts';
import { ConnectionTable } from './connection-table.ts';
import { NEVER } from './end.ts';
import { FailureWatch } from './failures.ts';
import { ConnectionKey, hostOfSource } from './key.ts';
import type { InvestigationOptions } from './investigation-options.ts';
import { LadderKeeper, wishFor } from './ladder.ts';
import { Opening, readOpening } from './opening.ts';
import { RecentSegments } from './recent.ts';
import { Siblings } from './siblings.ts';
import { sight, type ResetSighting } from './sighting.ts';
import { Surroundings } from './surroundings.ts';
import type { NoteCounts } from './notes.ts';
import type { Surveyed } from './survey.ts';
import type { Ladder, Summary, Verdict } from './verdict.ts';
import { nameOf, VerdictMaker } from './verdict-maker.ts';

/** Connections that are over are kept this long, in number and at least in seconds. */
const DEPARTING_KEPT = 4096;
const DEPARTING_SECONDS = 1;
/** A reset connection that has spoken since this long ago is not over. */
const STILL_ALIVE_SECONDS = 60;

/**
 * How long a reset waits for what comes after it, in seconds of the capture, by how many wait: as a
 * rule to the end, and in a capture of very many until the longest usual timer has run out
 * (RFC 6298 §2.4 allows a retransmission time-out of 60 s, Linux 120 s).
 */
const PATIENCE: readonly (readonly [waiting: number, seconds: number])[] = [
  [4_096, Infinity],
  [16_384, 130],
  [32_768, 5],
  [Infinity, 0],
];

/** Whoever waits so long for an answer has given up (tcp_syn_retries and tcp_retries2 need not have). */
const GIVEN_UP_SECONDS = 130;

/** Queues shed what they have done with in pieces of this size. */
const COMPACT_AT = 4096;

/** What remains to be told after the last packet; to be iterated once, the summary is whole then. */
export interface Conclusion extends Iterable<Verdict> {
  readonly summary: Summary;
}

/**
 * The pass that follows connections: each segment goes to its connection, each reset is described
 * as it arrives and judged when all that belongs to it has been seen, and what is over and
 * uneventful is forgotten. Memory grows with the connections alive, not with the capture.
 */
export class Investigation implements PacketVisitor {
  readonly surroundings: Surroundings;
  private readonly survey: Surveyed | undefined;
  private readonly key = new ConnectionKey();
  private readonly options = new TcpOptions();
  private readonly opening = new Opening();
  private readonly recent = new RecentSegments();
  private readonly connections = new ConnectionTable();
  private departing: Connection[] = [];
  private departed = 0;
  private waiting: ResetSighting[] = [];
  private judged = 0;
  private readonly siblings = new Siblings();
  private readonly verdicts: VerdictMaker;
  private readonly failures: FailureWatch;
  private readonly ladderKeeper: LadderKeeper;
  private readonly patienceSeconds: number;
  private readonly mostConnections: number;
  private readonly reachedSeconds: number;
  /** Where there is a survey: not interested in whom it did not mark. */
  readonly glance?: (source: number, target: number, ports: number) => boolean;
  /** Connections begun here; whoever keeps count elsewhere overrides it. */
  connectionCount = 0;
  private baseSeconds = -1;
  private now = 0;

  constructor(options: InvestigationOptions = {}) {
    this.survey = options.survey;
    this.surroundings = options.survey?.surroundings ?? new Surroundings();
    this.verdicts = new VerdictMaker(this.surroundings, this.siblings, options.otherEnd);
    this.failures = new FailureWatch(this.surroundings);
    this.ladderKeeper = new LadderKeeper(options.ladders ?? wishFor(options.keepLadderOf));
    this.patienceSeconds = options.patienceSeconds ?? Infinity;
    this.mostConnections = options.mostConnections ?? Infinity;
    this.reachedSeconds = options.reachedSeconds ?? 0;
    const { survey } = options;
    if (survey !== undefined) {
      this.glance = (source, target, ports) =>
        !survey.marked.holds(this.key.ofWords(source, target, ports));
    }
  }

  segment(packet: Packet): void {
    const key = this.key.of(packet);
    if (this.survey !== undefined && !this.survey.marked.holds(key)) return;
    if (packet.payloadLength > 0) readOpening(packet, this.opening);
    this.follow(packet, readOptions(packet, this.options), this.opening, key);
  }

  /** As `segment`, for one whose options and payload are read already. */
  follow(packet: Packet, options: TcpOptions, opening: Opening, key: ConnectionKey): void {
    this.beginAt(packet.seconds);
    const at = packet.seconds - this.baseSeconds + packet.nanos * 1e-9;
    if (at > this.now) this.now = at;
    const connection = this.connectionOf(packet, key, at);
    if (connection.isDuplicate(packet, at, key.side, this.recent)) return;
    this.ladderKeeper.keep(connection, packet, at, key.side);
    if ((packet.flags & RST) !== 0) this.reset(packet, options, connection, at, key);
    else this.arrives(packet, options, opening, connection, at, key);
  }

  /** When the clock of the sightings begins, in seconds since the epoch; the first call decides. */
  beginAt(seconds: number): void {
    if (this.baseSeconds < 0) this.baseSeconds = seconds;
  }

  /**
   * Time has passed without a packet, to this moment (seconds since the epoch): resets become ripe,
   * and what has been silent for so long counts as a failure now. For those who watch as it happens.
   */
  advance(epochSeconds: number): void {
    if (this.baseSeconds < 0) return;
    this.now = Math.max(this.now, epochSeconds - this.baseSeconds);
    for (const connection of this.connections) {
      if (this.now - connection.lastAt >= GIVEN_UP_SECONDS) {
        this.failures.atEnd(connection, this.now);
      }
    }
  }

  /** What was met on the way, in numbers: whole after the last verdict. */
  get noted(): NoteCounts {
    return this.verdicts.notes.counted;
  }

  /** Connections followed now. */
  get followed(): number {
    return this.connections.size;
  }

  icmpError(packet: Packet): void {
    const key = this.key.of(packet);
    const connection = this.connections.find(packet, key);
    if (connection === undefined) return;
    connection.icmp = `${packet.icmpType}/${packet.icmpCode}`;
    connection.icmpFrame = packet.frame;
    connection.icmpAt = packet.seconds - this.baseSeconds + packet.nanos * 1e-9;
    this.ladderKeeper.keepError(connection, packet, connection.icmpAt, key.side);
  }

  /** Verdicts that need not wait for the end; to be asked for now and then, and iterated whole. */
  *ripe(): Generator<Verdict> {
    for (;;) {
      const next = this.waiting[this.judged];
      if (next === undefined) yield* this.failuresUntil(this.now - this.patienceSeconds);
      if (next === undefined || this.now - next.at < this.patience) return;
      yield* this.failuresBefore(next.reset.frame);
      yield this.judgeNext(next);
    }
  }

  /** After the last packet: the remaining verdicts in the order of their frames, and the summary. */
  conclude(counts: CaptureCounts, problems: readonly Problem[]): Conclusion {
    this.now = Math.max(this.now, this.reachedSeconds, counts.endSeconds - this.baseSeconds);
    for (const connection of this.connections) this.failures.atEnd(connection, this.now);
    const rest = this.rest();
    const { verdicts, survey, connectionCount } = this;
    return {
      [Symbol.iterator]: () => rest,
      get summary() {
        return {
          counts,
          connections: survey?.connections ?? connectionCount,
          resets: verdicts.resets,
          failures: verdicts.failures,
          byCause: verdicts.byCause,
          problems,
          notes: verdicts.notes.tell(counts),
        };
      },
    };
  }

  private *rest(): Generator<Verdict> {
    while (this.judged < this.waiting.length) {
      const next = this.waiting[this.judged];
      yield* this.failuresBefore(next.reset.frame);
      yield this.judgeNext(next);
    }
    yield* this.failuresBefore(Infinity);
  }

  private *failuresBefore(frame: number): Generator<Verdict> {
    for (const failure of this.failures.before(frame)) {
      yield this.verdicts.ofFailure(failure, this.baseSeconds);
    }
  }

  private *failuresUntil(at: number): Generator<Verdict> {
    for (const failure of this.failures.until(at)) {
      yield this.verdicts.ofFailure(failure, this.baseSeconds);
    }
  }

  private judgeNext(sighting: ResetSighting): Verdict {
    const verdict = this.verdicts.ofReset(sighting, this.baseSeconds);
    this.siblings.forget(sighting);
    this.judged++;
    if (this.judged >= COMPACT_AT) {
      this.waiting = this.waiting.slice(this.judged);
      this.judged = 0;
    }
    return verdict;
  }

  private get patience(): number {
    const waiting = this.waiting.length - this.judged;
    return Math.min(this.patienceSeconds, PATIENCE.find(([limit]) => waiting <= limit)![1]);
  }

  /** The story of the connection named in `keepLadderOf`; undefined: never seen. */
  ladder(verdicts: readonly Verdict[]): Ladder | undefined {
    return this.ladders(verdicts)[0];
  }

  /** The stories that were to be kept, of all connections that were seen. */
  ladders(verdicts: readonly Verdict[]): Ladder[] {
    return this.ladderKeeper.ladders(nameOf, verdicts);
  }

  private arrives(
    packet: Packet,
    options: TcpOptions,
    opening: Opening,
    connection: Connection,
    at: number,
    key: ConnectionKey,
  ): void {
    const { flags } = packet;
    if (this.survey === undefined && (flags & (SYN | ACK)) === (SYN | ACK)) {
      this.surroundings.accepted(packet, key.sourceEndpoint);
    }
    arrive(connection, packet, options, opening, at, key.side, this.recent);
    this.failures.after(connection, packet, at, key.side);
    if (connection.closed) this.depart(connection);
  }

  private reset(
    packet: Packet,
    options: TcpOptions,
    connection: Connection,
    at: number,
    key: ConnectionKey,
  ): void {
    const { side } = key;
    if (connection.resets?.isCopy(packet, at, side) === true) {
      connection.duplicates++;
      return;
    }
    if (this.survey === undefined) this.noteReset(packet, connection, key);
    const sighting = sight(connection, packet, options, at, side, this.recent);
    this.waiting.push(sighting);
    this.siblings.note(sighting);
    this.depart(connection);
    if (connection.firstResetFrame === NEVER) connection.firstResetFrame = packet.frame;
    else connection.remember(packet, at, side);
  }

  /** The packet's connection; a SYN after the end of one begins the next on the same four-tuple. */
  private connectionOf(packet: Packet, key: ConnectionKey, at: number): Connection {
    const known = this.connections.find(packet, key);
    if (known === undefined) return this.begin(packet, key, at, undefined);
    if ((packet.flags & (SYN | ACK | RST)) !== SYN || !beginsAnew(known, packet, key.side))
      return known;
    known.successorSynFrame = packet.frame;
    known.successorSynAt = at;
    this.failures.atEnd(known, at);
    this.forget(known);
    return this.begin(packet, key, at, known);
  }

  private begin(
    packet: Packet,
    key: ConnectionKey,
    at: number,
    past: Connection | undefined,
  ): Connection {
    const predecessor = past && summaryOf(past);
    const connection = this.connections.add(key);
    connection.begin(packet, at, this.recent.allocate(), predecessor, key.side);
    this.connectionCount++;
    if (this.connections.size > this.mostConnections) this.makeRoom(connection);
    return connection;
  }

  /** As the survey does where there is one. */
  private noteReset(packet: Packet, connection: Connection, key: ConnectionKey): void {
    this.surroundings.reset(packet, key);
    const { lower, upper } = connection.story;
    const isUnused = lower.bytesSent + upper.bytesSent === 0;
    if (isUnused && key.side === connection.client && connection.end(key.side).segments > 0) {
      this.surroundings.probed(hostOfSource(packet), key.targetEndpoint);
    }
  }

  /** An end: the connection is kept for late segments until too many are. */
  private depart(connection: Connection): void {
    if (connection.isDeparting) return;
    connection.isDeparting = true;
    this.departing.push(connection);
    while (this.departing.length - this.departed > DEPARTING_KEPT) {
      const oldest = this.departing[this.departed];
      if (
        this.now - oldest.lastAt < DEPARTING_SECONDS &&
        this.departing.length < 8 * DEPARTING_KEPT
      )
        return;
      this.departed++;
      this.leave(oldest);
    }
    if (this.departed >= COMPACT_AT) {
      this.departing = this.departing.slice(this.departed);
      this.departed = 0;
    }
  }

  /** Forgets a connection that is over, or lets it wait once more if its reset had no effect. */
  private leave(connection: Connection): void {
    if (!this.connections.isIn(connection)) return;
    const isReset = connection.firstResetFrame !== NEVER;
    if (
      isReset &&
      connection.later !== undefined &&
      this.now - connection.lastAt < STILL_ALIVE_SECONDS
    ) {
      this.departing.push(connection);
      return;
    }
    this.failures.atEnd(connection, this.now);
    connection.isDeparting = false;
    this.forget(connection);
  }

  /** Forgets a sixteenth of the connections: those that were silent longest. */
  private makeRoom(newest: Connection): void {
    const others = [...this.connections].filter((one) => one !== newest);
    const oldest = others.toSorted((a, b) => a.lastAt - b.lastAt);
    for (const connection of oldest.slice(0, Math.ceil(this.mostConnections / 16))) {
      this.failures.atEnd(connection, this.now);
      this.forget(connection);
    }
  }

  private forget(connection: Connection): void {
    this.recent.release(connection.home);
    const isReferred =
      connection.firstResetFrame !== NEVER ||
      connection.hasFailed ||
      this.ladderKeeper.keeps(connection);
    this.connections.remove(connection, !isReferred && !connection.isDeparting);
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
