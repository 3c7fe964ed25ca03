import type { ApplicationFacts, EndFacts, FailureKind } from '../causes/evidence.ts';
import { FIN, type Packet } from '../wire/packet.ts';
import type { Connection } from './connection.ts';
import type { Side } from './story.ts';
import { NEVER, type End } from './end.ts';
import { endFacts } from './end-facts.ts';
import type { Surroundings } from './surroundings.ts';

/** Segments sent again without any answer, from which on an end may call the other silent. */
const SILENT_AFTER = 3;
/** A SYN is first sent again after one second (RFC 6298 §2), less a tick; a younger one may still be answered. */
const SYN_PATIENCE_SECONDS = 0.95;

/** A connection that broke with no reset on the wire, and by whose fault or silence. */
export interface FailureSighting {
  readonly kind: FailureKind;
  readonly connection: Connection;
  /** The end that failed the other. */
  readonly side: Side;
  readonly frame: number;
  /** Seconds since the capture's first packet began. */
  readonly at: number;
  readonly sender: EndFacts;
  readonly receiver: EndFacts;
  /** Bytes that the receiver had sent since the sender's last data. */
  readonly receiverSinceAnswer: number;
  readonly idleMs: number;
  readonly silentMs: number;
  readonly attempts: number;
  readonly icmp: string | undefined;
  readonly application: ApplicationFacts;
}

/** Watches for the ends of connections that nobody would find by looking for resets. */
export class FailureWatch {
  private readonly surroundings: Surroundings;
  private sightings: FailureSighting[] = [];
  private isSorted = true;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Takes out what was seen before a frame, in the order of the frames. */
  before(frame: number): FailureSighting[] {
    return this.take((sighting) => sighting.frame < frame);
  }

  /** Takes out what came at that time or before, as far as nothing later has a lower frame. */
  until(at: number): FailureSighting[] {
    return this.take((sighting) => sighting.at <= at);
  }

  private take(isDue: (sighting: FailureSighting) => boolean): FailureSighting[] {
    if (!this.isSorted) this.sightings.sort((a, b) => a.frame - b.frame);
    this.isSorted = true;
    const end = this.sightings.findIndex((sighting) => !isDue(sighting));
    const taken = this.sightings.splice(0, end < 0 ? this.sightings.length : end);
    // Where a reset came after all, its verdict tells the story.
    return taken.filter(({ connection }) => connection.firstResetFrame === NEVER);
  }

  /** After each segment: a server that closes before its answer shows itself at once. */
  after(connection: Connection, packet: Packet, at: number, side: Side): void {
    if ((packet.flags & FIN) === 0 || connection.firstResetFrame !== NEVER) return;
    if (side === connection.client || !connection.roleKnown) return;
    const server = connection.end(side);
    const client = connection.end(connection.client);
    if (server.finFrame !== packet.frame || client.finFrame !== NEVER) return;
    if (client.firstDataFrame === NEVER) return;
    if (server.bytesSent > 0 && !connection.story.conversation.unanswered) return;
    const idleMs = (server.fin?.quiet ?? 0) * 1000;
    this.add('closed-before-response', connection, side, packet.frame, at, idleMs, 0, 1);
  }

  /** When a connection is forgotten, or the capture ends. `now`: seconds of the capture. */
  atEnd(connection: Connection, now: number): void {
    if (connection.firstResetFrame !== NEVER || connection.hasFailed) return;
    if (this.connecting(connection, now)) return;
    const { lower, upper } = connection.story;
    if (hasFallenSilent(lower, upper)) this.silence(connection, 1);
    else if (hasFallenSilent(upper, lower)) this.silence(connection, 0);
  }

  private connecting(connection: Connection, now: number): boolean {
    const client = connection.end(connection.client);
    const server = connection.end(connection.server);
    const onlySyns = client.synFrame !== NEVER && client.segments === client.synCount;
    if (!onlySyns || client.synHadAck || server.segments > 0) return false;
    const waited = now - connection.firstAt;
    const spanMs = (client.lastAt - connection.firstAt) * 1000;
    if (connection.icmp !== undefined) {
      this.add(
        'unreachable',
        connection,
        connection.server,
        connection.icmpFrame,
        connection.icmpAt,
        0,
        spanMs,
        client.synCount,
      );
    } else if (waited >= SYN_PATIENCE_SECONDS) {
      this.add(
        'syn-unanswered',
        connection,
        connection.server,
        client.lastFrame,
        client.lastAt,
        0,
        Math.max(spanMs, 0),
        client.synCount,
      );
    }
    return true;
  }

  private silence(connection: Connection, silent: Side): void {
    const speaker = connection.end(silent === 0 ? 1 : 0);
    const mute = connection.end(silent);
    const idleMs = (speaker.trouble?.idle ?? 0) * 1000;
    const silentMs = (speaker.lastAt - mute.lastAt) * 1000;
    const attempts = speaker.unanswered + speaker.unansweredKeepalives;
    this.add(
      'silence',
      connection,
      silent,
      speaker.lastFrame,
      speaker.lastAt,
      idleMs,
      silentMs,
      attempts,
    );
  }

  private add(
    kind: FailureKind,
    connection: Connection,
    side: Side,
    frame: number,
    at: number,
    idleMs: number,
    silentMs: number,
    attempts: number,
  ): void {
    connection.hasFailed = true;
    this.isSorted = false;
    if (kind === 'syn-unanswered') {
      const { client } = connection;
      this.surroundings.unanswered(connection.host(client), connection.endpointHash(side));
    }
    this.sightings.push({
      kind,
      connection,
      side,
      frame,
      at,
      sender: endFacts(connection, connection.story, side, at),
      receiver: endFacts(connection, connection.story, side === 0 ? 1 : 0, at),
      receiverSinceAnswer: connection.end(side === 0 ? 1 : 0).sinceAnswer,
      idleMs,
      silentMs,
      attempts,
      icmp: connection.icmp,
      application: connection.story.conversation.facts(at),
    });
  }
}

/** One end sends again and again, and the other has not spoken since; it must have spoken before. */
const hasFallenSilent = (speaker: End, mute: End): boolean =>
  speaker.unanswered + speaker.unansweredKeepalives >= SILENT_AFTER &&
  mute.segments > 0 &&
  mute.lastAt <= (speaker.trouble?.unansweredSince ?? 0);
