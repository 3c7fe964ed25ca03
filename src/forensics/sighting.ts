import type { ResetFacts, Shape, Sighting, Trigger } from '../causes/evidence.ts';
import type { TcpOptions } from '../wire/options.ts';
import { ACK, FIN, SYN, type Packet } from '../wire/packet.ts';
import { add, after, distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { exactness } from './numbers.ts';
import { ResetMemory, type AnsweredSegment } from './reset-memory.ts';
import type { Side, Story } from './story.ts';
import { NEVER, type End } from './end.ts';
import { AGAIN, FROM_UPPER, REMEMBERED, type RecentSegments } from './recent.ts';

/** A reset at the moment it was seen: the story so far is kept, and read when all is known. */
export interface ResetSighting {
  readonly connection: Connection;
  readonly story: Story;
  readonly side: Side;
  /** Seconds since the capture's first packet, and the time of day. */
  readonly at: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly reset: ResetFacts;
  /** The first reset of its connection. */
  readonly isFirst: boolean;
  /** The receiver's segment whose numbers the reset answers. */
  readonly answered: Answered | undefined;
  /** Silence before that segment, or before the reset where nothing drew it. */
  readonly idleMs: number;
  /** Earlier resets of both sides: frame (0: none), time, and whether their number was expected. */
  readonly earlierOfSender: number;
  readonly earlierOfSenderAt: number;
  readonly earlierOfSenderHit: boolean;
  readonly earlierOfReceiver: number;
  readonly earlierOfReceiverAt: number;
  /** The receiver has taken up the connection again since the reset in its name. */
  readonly receiverResumed: boolean;
  /** The first one in its name that took effect. */
  readonly hitInReceiversName: Sighting | undefined;
}

/** Describes a reset as it arrives, by what will not be there any more later. */
export function sight(
  connection: Connection,
  packet: Packet,
  options: TcpOptions,
  at: number,
  side: Side,
  recent: RecentSegments,
): ResetSighting {
  const { story } = connection;
  const other = side === 0 ? 1 : 0;
  const answered = findTrigger(connection, packet, at, side, recent);
  const shape = shapeOf(packet.flags, packet.seq, packet.window, story.end(side), answered);
  const isReply = shape !== 'active';
  const idleMs = idleBefore(connection, isReply ? answered?.trigger : undefined, at, recent);
  story.isKept = true;
  const resets = (connection.resets ??= new ResetMemory());
  const [own, others] = [resets.of(side), resets.of(other)];
  // An earlier reset counts only if its sender has not taken up the connection again since.
  const resumed = story.end(side).lastFrame > own.frame;
  const othersResumed = story.end(other).lastFrame > others.frame;
  const sighting: ResetSighting = {
    connection,
    story,
    side,
    at,
    seconds: packet.seconds,
    nanos: packet.nanos,
    reset: resetFacts(packet, options),
    isFirst: resets.count === 0,
    answered,
    idleMs,
    earlierOfSender: resumed ? NEVER : own.frame,
    earlierOfSenderAt: own.at,
    earlierOfSenderHit: own.hitFrame !== NEVER,
    earlierOfReceiver: others.frame,
    earlierOfReceiverAt: others.at,
    receiverResumed: othersResumed,
    hitInReceiversName: sightingOf(others.hitFrame, others.hitAt, at),
  };
  const hits = exactness(packet.seq, story.end(side), story.end(other)) !== false;
  resets.note(packet, side, at, hits, isReply ? answered : undefined);
  return sighting;
}

export const sightingOf = (frame: number, frameAt: number, now: number): Sighting | undefined =>
  frame === NEVER ? undefined : { frame, beforeMs: (now - frameAt) * 1000 };

function resetFacts(packet: Packet, options: TcpOptions): ResetFacts {
  return {
    frame: packet.frame,
    seq: packet.seq,
    ack: packet.ack,
    flags: packet.flags,
    hasAck: (packet.flags & ACK) !== 0,
    window: packet.window,
    ttl: packet.ttl,
    ipId: packet.ipId,
    hasTimestamps: options.hasTimestamps,
    mptcp: mptcpReason(options),
    payloadLength: packet.payloadLength,
  };
}

/** RFC 8684 §3.6 and §3.5: MP_TCPRST is subtype 8, MP_FASTCLOSE 7. */
function mptcpReason(options: TcpOptions): number | 'fastclose' | undefined {
  if (options.mptcpResetReason >= 0) return options.mptcpResetReason;
  return options.mptcpFastclose ? 'fastclose' : undefined;
}

/** RFC 9293 §3.5.2, groups 1 to 3. */
export function shapeOf(
  flags: number,
  seq: number,
  window: number,
  sender: End,
  answered: Answered | undefined,
): Shape {
  if ((flags & (SYN | FIN)) !== 0) return 'malformed';
  if ((flags & ACK) === 0) return window === 0 || answered !== undefined ? 'reply' : 'malformed';
  if (window !== 0) return 'active';
  if (seq === 0 && (!sender.nxtKnown || answered?.withoutAck === true)) return 'reply-to-syn';
  // Devices that hide initial sequence numbers change the 0 too.
  return !sender.nxtKnown && answered?.trigger.kind === 'syn' ? 'reply-to-syn' : 'active';
}

export interface Answered extends AnsweredSegment {
  readonly trigger: Trigger;
  readonly withoutAck: boolean;
}

/**
 * The receiver's segment that the reset answers (RFC 9293 §3.5.2, group 1): its ACK is the reset's
 * SEQ, or, without ACK, its end is the reset's ACK. Of several, the oldest not yet acknowledged
 * that no earlier reset answered; data before bare acknowledgements.
 */
function findTrigger(
  connection: Connection,
  packet: Packet,
  at: number,
  side: Side,
  recent: RecentSegments,
): Answered | undefined {
  const { home, segmentCount } = connection;
  const oldest = Math.max(0, segmentCount - REMEMBERED);
  const answeredUpTo = connection.resets?.of(side).answeredFrame ?? NEVER;
  let best = -1;
  for (let n = segmentCount - 1; n >= oldest; n--) {
    const flags = recent.flags(home, n);
    if (((flags & FROM_UPPER) !== 0) === (side === 1)) continue;
    if (recent.frame(home, n) <= answeredUpTo) break;
    if (!draws(packet, recent, home, n)) continue;
    if (best < 0 || isBetterTrigger(connection, side, at, recent, n, best)) best = n;
  }
  return best < 0 ? undefined : answeredBy(connection, at, side, recent, best);
}

function draws(packet: Packet, recent: RecentSegments, home: number, n: number): boolean {
  if ((recent.flags(home, n) & ACK) !== 0) {
    return (packet.flags & ACK) === 0 && recent.ack(home, n) === packet.seq;
  }
  return (packet.flags & ACK) !== 0 && endOf(recent, home, n) === packet.ack;
}

function endOf(recent: RecentSegments, home: number, n: number): number {
  const flags = recent.flags(home, n);
  const extra = ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
  return add(recent.seq(home, n), recent.length(home, n) + extra);
}

/** Hardly an answer takes longer, whatever queues it meets; in seconds. */
const ANSWER_SECONDS = 1;

/**
 * `n` is older than `best`: it wins if it carried something that was not acknowledged, unless so long ago
 * that it was lost, and `best` is what was sent in its place.
 */
function isBetterTrigger(
  connection: Connection,
  side: Side,
  now: number,
  recent: RecentSegments,
  n: number,
  best: number,
): boolean {
  const { home } = connection;
  const sender = connection.end(side);
  const carries = (m: number): boolean => endOf(recent, home, m) !== recent.seq(home, m);
  const isOpen = !sender.ackKnown || after(endOf(recent, home, n), sender.ack);
  const isStale = now - recent.at(home, n) > ANSWER_SECONDS;
  if (!carries(n)) return !carries(best) && !isStale && sender.lastAt < recent.at(home, n);
  const isSentAgain =
    (recent.flags(home, best) & AGAIN) !== 0 && recent.seq(home, best) === recent.seq(home, n);
  return isOpen && !(isStale && isSentAgain);
}

function answeredBy(
  connection: Connection,
  at: number,
  side: Side,
  recent: RecentSegments,
  n: number,
): Answered {
  const { home } = connection;
  const flags = recent.flags(home, n);
  const frame = recent.frame(home, n);
  const end = endOf(recent, home, n);
  const sender = connection.end(side);
  const withoutAck = (flags & ACK) === 0;
  const isSure = isSureTrigger(connection, side, recent, n);
  return {
    withoutAck,
    frame,
    end,
    isSure,
    trigger: {
      frame,
      isSure,
      beforeMs: (at - recent.at(home, n)) * 1000,
      kind: recent.kind(home, n),
      length: recent.length(home, n),
      retransmission: (flags & AGAIN) !== 0,
      fin: (flags & FIN) !== 0,
      acknowledgesUnsent:
        !withoutAck &&
        sender.nxtKnown &&
        sender.synFrame !== NEVER &&
        after(recent.ack(home, n), sender.nxt),
      beyondWindow:
        sender.ackKnown && distance(recent.seq(home, n), sender.ack) > Math.max(sender.window, 1),
    },
  };
}

/**
 * Of a long train only the end is remembered: a segment of data is surely the one answered if all
 * is remembered, or if it is the first that was open.
 */
function isSureTrigger(
  connection: Connection,
  side: Side,
  recent: RecentSegments,
  n: number,
): boolean {
  const { home, segmentCount } = connection;
  if (segmentCount <= REMEMBERED || recent.length(home, n) === 0) return true;
  const sender = connection.end(side);
  const firstOpen =
    connection.resets?.of(side).answeredEnd ?? (sender.ackKnown ? sender.ack : undefined);
  return firstOpen === undefined || recent.seq(home, n) === firstOpen;
}

/** Silence in milliseconds before the trigger, or before the reset where nothing drew it. */
function idleBefore(
  connection: Connection,
  trigger: Trigger | undefined,
  at: number,
  recent: RecentSegments,
): number {
  const { home, segmentCount } = connection;
  const limit = trigger?.frame ?? Number.MAX_SAFE_INTEGER;
  const until = trigger === undefined ? at : at - trigger.beforeMs / 1000;
  for (let n = segmentCount - 1; n >= Math.max(0, segmentCount - REMEMBERED); n--) {
    if (recent.frame(home, n) < limit) return Math.max(0, until - recent.at(home, n)) * 1000;
  }
  return 0;
}
