import type {
  ApplicationFacts,
  EndFacts,
  FinSighting,
  ResetFacts,
  SequenceRelation,
  Shape,
  Sighting,
  State,
  Trigger,
} from '../causes/evidence.ts';
import type { TcpOptions } from '../wire/options.ts';
import { ACK, FIN, SYN, type Packet } from '../wire/packet.ts';
import { add, after, before, distance } from '../wire/sequence.ts';
import type { Connection, Side } from './connection.ts';
import { NEVER, type End } from './end.ts';
import { AGAIN, FROM_UPPER, REMEMBERED, type RecentSegments } from './recent.ts';

/** A reset at the moment it was seen: what came before is settled here, what follows is still open. */
export interface ResetSighting {
  readonly connection: Connection;
  readonly side: Side;
  /** Seconds since the capture's first packet, and the time of day. */
  readonly at: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly reset: ResetFacts;
  readonly shape: Shape;
  readonly sequence: SequenceRelation;
  readonly exact: boolean | undefined;
  /** In the receiver's window but not exact: RFC 5961 §3.2 wants a challenge ACK. */
  readonly inWindow: boolean;
  readonly receiverInSynSent: boolean;
  readonly trigger: Trigger | undefined;
  readonly idleMs: number;
  readonly sender: EndFacts;
  readonly receiver: EndFacts;
  readonly application: ApplicationFacts;
  readonly receiverBytesBeyondReset: number;
  /** Bytes the receiver had sent since the sender's last data. */
  readonly receiverSinceAnswer: number;
  readonly senderNxt: number | undefined;
  readonly senderAck: number | undefined;
  readonly receiverNxt: number | undefined;
  readonly receiverAck: number | undefined;
  readonly ttlDelta: number | undefined;
  readonly ttlUnsteady: boolean;
  readonly senderIpId: number;
  readonly senderUsesTimestamps: boolean;
  readonly senderWindow: number;
  readonly earlierBySender: Sighting | undefined;
  readonly earlierByReceiver: Sighting | undefined;
  readonly answersLaterSegment: boolean;
  readonly impossibleTimestampEcho: boolean;
  readonly synAckForOtherSyn: Sighting | undefined;
  readonly ackInsteadOfSynAck: Sighting | undefined;
  readonly gapless: boolean;
}

/** Describes a reset as it arrives, from everything before it. */
export function sight(
  connection: Connection,
  packet: Packet,
  options: TcpOptions,
  at: number,
  side: Side,
  recent: RecentSegments,
): ResetSighting {
  const sender = connection.ends[side];
  const receiver = connection.ends[side === 0 ? 1 : 0];
  const reset = resetFacts(packet, options);
  const answered = findTrigger(connection, packet, at, side, recent);
  const shape = shapeOf(packet, sender, answered);
  const trigger = shape === 'active' ? undefined : answered?.trigger;
  const receiverInSynSent = isInSynSent(connection, side === 0 ? 1 : 0);
  const sequence = relationOf(packet, shape, sender, receiver);
  const lastBefore = idleStart(connection, trigger, at, recent);
  if (trigger !== undefined) connection.answeredUpTo[side] = trigger.frame;
  const earlier = earlierResets(connection, at, side);
  return {
    connection,
    side,
    at,
    seconds: packet.seconds,
    nanos: packet.nanos,
    reset,
    shape,
    sequence,
    exact: receiverInSynSent ? undefined : exactness(packet.seq, sender, receiver),
    inWindow: isInWindow(packet.seq, sender, receiver),
    receiverInSynSent,
    trigger,
    idleMs: lastBefore,
    sender: endFacts(connection, side, at),
    receiver: endFacts(connection, side === 0 ? 1 : 0, at),
    application: connection.conversation.facts(at),
    receiverBytesBeyondReset: beyondAck(packet, receiver),
    receiverSinceAnswer: receiver.sinceAnswer,
    senderNxt: sender.nxtKnown ? sender.nxt : undefined,
    senderAck: sender.ackKnown ? sender.ack : undefined,
    receiverNxt: receiver.nxtKnown ? receiver.nxt : undefined,
    receiverAck: receiver.ackKnown ? receiver.ack : undefined,
    ttlDelta: sender.ttl < 0 ? undefined : nearestTtlDelta(packet.ttl, sender),
    ttlUnsteady: sender.ttlHighest > sender.ttlLowest,
    senderIpId: sender.ipId,
    senderUsesTimestamps: sender.usesTimestamps,
    senderWindow: sender.window,
    earlierBySender: earlier.bySender,
    earlierByReceiver: earlier.byReceiver,
    answersLaterSegment: earlier.bySender !== undefined && receiver.lastAt >= earlier.senderAt,
    impossibleTimestampEcho: connection.impossibleEchoFrame !== NEVER,
    synAckForOtherSyn: seen(connection.otherSynAckFrame, connection.otherSynAckAt, at),
    ackInsteadOfSynAck: seen(connection.ackForSynFrame, connection.ackForSynAt, at),
    gapless: !connection.ackedUnseen && sender.holes === 0 && receiver.holes === 0,
  };
}

const seen = (frame: number, frameAt: number, now: number): Sighting | undefined =>
  frame === NEVER ? undefined : { frame, beforeMs: (now - frameAt) * 1000 };

function resetFacts(packet: Packet, options: TcpOptions): ResetFacts {
  return {
    frame: packet.frame,
    seq: packet.seq,
    ack: packet.ack,
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
function shapeOf(packet: Packet, sender: End, answered: Answered | undefined): Shape {
  if ((packet.flags & SYN) !== 0 || (packet.flags & FIN) !== 0) return 'malformed';
  if ((packet.flags & ACK) === 0) {
    return packet.window === 0 || answered !== undefined ? 'reply' : 'malformed';
  }
  if (packet.seq === 0 && packet.window === 0 && (!sender.nxtKnown || answered?.withoutAck === true)) {
    return 'reply-to-syn';
  }
  return 'active';
}

function relationOf(packet: Packet, shape: Shape, sender: End, receiver: End): SequenceRelation {
  if (shape === 'reply-to-syn') return 'zero';
  if (sender.nxtKnown && packet.seq === sender.nxt) return 'next';
  if (receiver.ackKnown && packet.seq === receiver.ack) return 'acknowledged';
  if (!receiver.ackKnown) return 'unknown';
  return isInWindow(packet.seq, sender, receiver) ? 'in-window' : 'outside';
}

/** What the receiver will have received, once all that the capture saw has arrived: its RCV.NXT. */
function expectedBy(sender: End, receiver: End): number | undefined {
  if (sender.nxtKnown && sender.holes === 0 && (!receiver.ackKnown || !before(sender.nxt, receiver.ack))) {
    return sender.nxt;
  }
  return receiver.ackKnown ? receiver.ack : undefined;
}

/** RFC 5961 §3.2; and Linux takes RCV.NXT-1 too once the FIN has arrived (tcp_reset_check). */
function exactness(seq: number, sender: End, receiver: End): boolean | undefined {
  const expected = expectedBy(sender, receiver);
  if (expected === undefined) return undefined;
  if (seq === expected) return true;
  return sender.finFrame !== NEVER && sender.finEnd === expected && seq === add(expected, -1);
}

/** The upper edge belongs to the window, as in Linux (tcp_sequence). */
function isInWindow(seq: number, sender: End, receiver: End): boolean {
  const expected = expectedBy(sender, receiver);
  if (expected === undefined) return false;
  const offset = distance(seq, expected);
  return offset > 0 && offset <= Math.max(receiver.window, 1);
}

/** Nothing but SYNs has come from this end, whatever may be on the way to it. */
const isConnecting = (end: End): boolean =>
  end.synFrame !== NEVER && !end.synHadAck && end.segments === end.synCount;

/** It is connecting, and no SYN,ACK that it could take has been sent to it. */
function isInSynSent(connection: Connection, side: Side): boolean {
  const { synAckFrame, otherSynAckFrame } = connection;
  return (
    isConnecting(connection.ends[side]) && (synAckFrame === NEVER || synAckFrame === otherSynAckFrame)
  );
}

const nearestTtlDelta = (ttl: number, sender: End): number =>
  ttl >= sender.ttlLowest && ttl <= sender.ttlHighest
    ? 0
    : ttl > sender.ttlHighest
      ? ttl - sender.ttlHighest
      : ttl - sender.ttlLowest;

interface Answered {
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
  let best = -1;
  for (let n = segmentCount - 1; n >= oldest; n--) {
    const flags = recent.flags(home, n);
    if (((flags & FROM_UPPER) !== 0) === (side === 1)) continue;
    if (recent.frame(home, n) <= connection.answeredUpTo[side]) break;
    if (!draws(packet, recent, home, n)) continue;
    if (best < 0 || isBetterTrigger(connection, side, recent, n, best)) best = n;
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

/** `n` is older than `best`: it wins if it carried something that was not acknowledged. */
function isBetterTrigger(
  connection: Connection,
  side: Side,
  recent: RecentSegments,
  n: number,
  best: number,
): boolean {
  const { home } = connection;
  const sender = connection.ends[side];
  const carries = (m: number): boolean => endOf(recent, home, m) !== recent.seq(home, m);
  const isOpen = !sender.ackKnown || after(endOf(recent, home, n), sender.ack);
  return carries(n) ? isOpen : !carries(best) && (sender.lastAt < recent.at(home, n));
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
  const sender = connection.ends[side];
  const withoutAck = (flags & ACK) === 0;
  return {
    withoutAck,
    trigger: {
      frame: recent.frame(home, n),
      beforeMs: (at - recent.at(home, n)) * 1000,
      kind: recent.kind(home, n),
      length: recent.length(home, n),
      retransmission: (flags & AGAIN) !== 0,
      fin: (flags & FIN) !== 0,
      acknowledgesUnsent:
        !withoutAck && sender.nxtKnown && sender.synFrame !== NEVER && after(recent.ack(home, n), sender.nxt),
    },
  };
}

/** Silence in milliseconds before the trigger, or before the reset where nothing drew it. */
function idleStart(
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

/** How much of what the receiver sent lies beyond the reset's ACK. */
function beyondAck(packet: Packet, receiver: End): number {
  if ((packet.flags & ACK) === 0 || !receiver.nxtKnown) return 0;
  const open = distance(receiver.nxt, packet.ack) - (receiver.finFrame === NEVER ? 0 : 1);
  return Math.min(receiver.bytesSent, Math.max(0, open));
}

/** An earlier reset counts only if its sender has not taken up the connection again since. */
function earlierResets(connection: Connection, at: number, side: Side) {
  const times = connection.resetAt;
  const frames = connection.resetFrames;
  const other = side === 0 ? 1 : 0;
  const resumed = connection.ends[side].lastFrame > frames[side];
  return {
    bySender: resumed ? undefined : seen(frames[side], times[side], at),
    byReceiver: seen(frames[other], times[other], at),
    senderAt: times[side],
  };
}

/** Everything one end has shown so far. `at`: now, in seconds of the capture. */
export function endFacts(connection: Connection, side: Side, at: number): EndFacts {
  const end = connection.ends[side];
  const role = connection.roleKnown ? (side === connection.client ? 'client' : 'server') : 'unknown';
  return {
    endpoint: connection.endpoint(side),
    role,
    state: stateOf(connection, side),
    segments: end.segments,
    syn: seen(end.synFrame, end.synAt, at),
    synCount: end.synCount,
    fin: finSighting(end, at),
    bytesSent: end.bytesSent,
    bytesAcknowledged: end.bytesAcknowledged,
    firstData: seen(end.firstDataFrame, end.firstDataAt, at),
    lastData: seen(end.lastDataFrame, end.lastDataAt, at),
    last: seen(end.lastFrame, end.lastAt, at),
    bytesAfterPeerFin: end.bytesAfterPeerFin,
    window: end.window,
    largestWindow: end.largestWindow,
    zeroWindow: seen(end.zeroWindowFrame, end.zeroWindowAt, at),
    unansweredRetransmissions: end.unanswered,
    unansweredKeepalives: end.unansweredKeepalives,
    keepalives: end.keepalives,
    keepaliveIntervalMs: end.keepaliveInterval < 0 ? undefined : end.keepaliveInterval * 1000,
    windowProbes: end.windowProbes,
    unansweredWindowProbes: end.unansweredWindowProbes,
  };
}

function finSighting(end: End, at: number): FinSighting | undefined {
  if (end.finFrame === NEVER) return undefined;
  return {
    frame: end.finFrame,
    beforeMs: (at - end.finAt) * 1000,
    count: end.finCount,
    acknowledgedIn: end.finAckedFrame === NEVER ? undefined : end.finAckedFrame,
    afterQuietMs: end.finQuiet * 1000,
  };
}

/** RFC 9293 §3.3.2, as if every captured segment had arrived. */
export function stateOf(connection: Connection, side: Side): State {
  const end = connection.ends[side];
  const peer = connection.ends[side === 0 ? 1 : 0];
  if (end.segments === 0) return peer.synFrame !== NEVER ? 'LISTEN' : 'unknown';
  if (isConnecting(end)) return 'SYN-SENT';
  if (end.synHadAck && connection.handshakeAckFrame === NEVER && end.segments === end.synCount) {
    return 'SYN-RECEIVED';
  }
  const sentFin = end.finFrame !== NEVER;
  const gotFin = peer.finFrame !== NEVER;
  const acked = end.finAckedFrame !== NEVER;
  if (!sentFin) return gotFin ? 'CLOSE-WAIT' : 'ESTABLISHED';
  if (!gotFin) return acked ? 'FIN-WAIT-2' : 'FIN-WAIT-1';
  if (peer.finFrame < end.finFrame && peer.finAckedFrame !== NEVER && peer.finAckedFrame <= end.finFrame) {
    return acked ? 'CLOSED' : 'LAST-ACK';
  }
  return acked ? 'TIME-WAIT' : 'CLOSING';
}
