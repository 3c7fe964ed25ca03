import type {
  AftermathFacts,
  CaptureFacts,
  Effect,
  Evidence,
  IdentityFacts,
  PredecessorFacts,
  Shape,
  Sighting,
  SurroundingsFacts,
  Trigger,
} from '../causes/evidence.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { add, after, before, distance } from '../wire/sequence.ts';
import type { Connection, LaterSegment } from './connection.ts';
import type { Side, Story } from './story.ts';
import { NEVER, type End } from './end.ts';
import { endFacts, isInSynSent } from './end-facts.ts';
import { bytesBeyond, exactness, isInWindow, relationOf, windowInBytes } from './numbers.ts';
import { shapeOf, sightingOf, type ResetSighting } from './sighting.ts';

/** Where no handshake shows the round trip, one like this is assumed. */
const ASSUMED_RTT_SECONDS = 0.05;
/** Packets of one host may overtake each other on the way to the capture by this much. */
const REORDER_SECONDS = 0.002;
/** An IPv4 identification this close after the last one continues the same counter. */
const IP_ID_STEP = 64;
const NOTHING: readonly LaterSegment[] = [];
/** Queues on the way may make an answer later than the handshake's by this much. */
const LATE_MS = 20;
/** Round trips below this are too short to tell a nearer device from the host. */
const TELLING_RTT_MS = 10;
/** What a nearer device answers in less than this part of the host's own time. */
const TELLING_PART = 3;

/** The whole story of one reset, once everything after it is known too. */
export function evidenceOf(sighting: ResetSighting, surroundings: SurroundingsFacts): Evidence {
  const { connection, story, side, at, reset, answered } = sighting;
  const other = side === 0 ? 1 : 0;
  const sender = story.end(side);
  const receiver = story.end(other);
  const shape = shapeOf(reset.flags, reset.seq, reset.window, sender, answered);
  const trigger = shape === 'active' ? undefined : answered?.trigger;
  const aftermath = aftermathOf(sighting, sender, receiver);
  const inSynSent = isInSynSent(story, other);
  const capture = captureOf(connection, story, side);
  const byReceiver = sightingOf(sighting.earlierOfReceiver, sighting.earlierOfReceiverAt, at);
  const earlierBySender = sightingOf(sighting.earlierOfSender, sighting.earlierOfSenderAt, at);
  return {
    reset,
    shape,
    sequence: relationOf(reset.seq, shape, sender, receiver),
    exact: inSynSent ? undefined : exactness(reset.seq, sender, receiver),
    effect: effectOf(sighting, inSynSent, trigger, aftermath),
    receiverBytesBeyondReset: reset.hasAck ? bytesBeyond(reset.ack, receiver) : 0,
    receiverBytesSinceAnswer: receiver.sinceAnswer,
    trigger,
    replyDelayMs: trigger?.beforeMs,
    idleMs: sighting.idleMs,
    sender: endFacts(connection, story, side, at),
    receiver: endFacts(connection, story, other, at),
    identity: identityOf(sighting, shape, trigger, sender, receiver),
    aftermath,
    earlier: {
      bySender: earlierBySender,
      byReceiver: sighting.receiverResumed ? undefined : byReceiver,
      inReceiversName: sighting.receiverResumed ? sighting.hitInReceiversName : undefined,
    },
    predecessor: predecessorOf(sighting),
    impossibleTimestampEcho: story.impossibleEchoFrame !== NEVER,
    synAckForOtherSyn: sightingOf(story.otherSynAckFrame, story.otherSynAckAt, at),
    ackInsteadOfSynAck: sightingOf(story.ackForSynFrame, story.ackForSynAt, at),
    application: story.conversation.facts(at),
    surroundings,
    capture: { ...capture, whole: capture.whole && !answersTooLate(sighting, trigger) },
  };
}

/** RFC 5961 §3.2 and RFC 9293 §3.10.7.3; what the receiver then did can only weaken it. */
function effectOf(
  sighting: ResetSighting,
  receiverInSynSent: boolean,
  trigger: Trigger | undefined,
  aftermath: AftermathFacts,
): Effect {
  if (meetsNobody(sighting, trigger)) return 'ignored';
  const { reset, story, side } = sighting;
  const sender = story.end(side);
  const receiver = story.end(side === 0 ? 1 : 0);
  if (receiverInSynSent) {
    return reset.hasAck && reset.ack === receiver.nxt ? 'accepted' : 'ignored';
  }
  const exact = exactness(reset.seq, sender, receiver);
  if (exact === undefined) return 'unknown';
  if (exact && abortedAfter(sighting)) return 'ignored';
  if (exact) return aftermath.receiverWentOn > 0 ? 'unknown' : 'accepted';
  return isInWindow(reset.seq, sender, receiver) ? 'challenged' : 'ignored';
}

/**
 * The receiver is gone already: an earlier reset had ended the connection when what drew this one
 * was sent, or the receiver had itself reset and fallen silent.
 */
function meetsNobody(sighting: ResetSighting, trigger: Trigger | undefined): boolean {
  const { connection, at, earlierOfSender, earlierOfSenderAt, earlierOfReceiver } = sighting;
  if (earlierOfReceiver !== NEVER && !sighting.receiverResumed) return true;
  if (earlierOfSender === NEVER || !sighting.earlierOfSenderHit) return false;
  const rttMs = (connection.handshakeSeconds ?? ASSUMED_RTT_SECONDS) * 1000;
  return trigger === undefined || trigger.beforeMs > (at - earlierOfSenderAt) * 1000 - rttMs;
}

/** The receiver aborted by itself afterwards, as only a socket can that this reset had not ended. */
const abortedAfter = ({ connection, side, reset }: ResetSighting): boolean =>
  (connection.later ?? NOTHING).some(
    (segment) =>
      segment.frame > reset.frame &&
      segment.side !== side &&
      (segment.flags & (RST | ACK)) === (RST | ACK) &&
      segment.seq !== 0,
  );

function identityOf(
  { reset, story, connection, side }: ResetSighting,
  shape: Shape,
  trigger: Trigger | undefined,
  sender: End,
  receiver: End,
): IdentityFacts {
  const handshakeMs = handshakeDelayMs(connection, story, side);
  return {
    ttlDelta: sender.ttl < 0 ? undefined : ttlDelta(reset.ttl, sender),
    ttlUnsteady: sender.ttlHighest > sender.ttlLowest,
    ipId: ipIdRelation(reset.ipId, shape, sender),
    timestampsMissing: shape === 'active' && sender.usesTimestamps && !reset.hasTimestamps,
    windowDead: shape === 'active' && reset.window === 0 && sender.window > 0,
    windowKept:
      shape === 'active' &&
      reset.window > 0 &&
      windowInBytes(reset, sender, receiver) === sender.window,
    fasterThanHandshake:
      handshakeMs !== undefined &&
      trigger !== undefined &&
      handshakeMs > TELLING_RTT_MS &&
      trigger.beforeMs < handshakeMs / TELLING_PART,
  };
}

/** How far a TTL lies outside the range of the sender's other packets. */
const ttlDelta = (ttl: number, { ttlLowest, ttlHighest }: End): number =>
  ttl > ttlHighest ? ttl - ttlHighest : Math.min(0, ttl - ttlLowest);

/** A kernel answers at once: what seems to have drawn the reset cannot have, and the capture missed it. */
function answersTooLate(
  { connection, story, side }: ResetSighting,
  trigger: Trigger | undefined,
): boolean {
  const handshakeMs = handshakeDelayMs(connection, story, side);
  if (handshakeMs === undefined || trigger === undefined) return false;
  return trigger.beforeMs > handshakeMs * 2 + LATE_MS;
}

/**
 * How long the reset's sender took, in the handshake, to answer: the distance to the host itself. Of a SYN
 * that was repeated nobody knows which one was answered (Karn and Partridge 1987).
 */
function handshakeDelayMs({ client }: Connection, story: Story, sender: Side): number | undefined {
  const { synAckFrame, synAckAt, handshakeAckFrame, handshakeAckAt } = story;
  const answered = story.end(sender === 0 ? 1 : 0);
  if (synAckFrame === NEVER || answered.synCount > 1) return undefined;
  if (sender !== client) return (synAckAt - story.end(client).synAt) * 1000;
  return handshakeAckFrame === NEVER ? undefined : (handshakeAckAt - synAckAt) * 1000;
}

/** Where the sender's own packets jump too, or there was but one, it may count those to others, or draw lots. */
function ipIdRelation(ipId: number, shape: Shape, sender: End): IdentityFacts['ipId'] {
  const isCounting = sender.ipIdStride > 0 && sender.ipIdStride <= IP_ID_STEP;
  // A socket numbers all its packets, or none; what a host answers without one has no number.
  if (ipId === 0) return shape === 'active' && isCounting ? 'jumps' : 'zero';
  // Linux numbers nothing while the handshake lasts.
  if (ipId < 0 || sender.ipId <= 0) return 'unknown';
  const step = (ipId - sender.ipId) & 0xffff;
  if (step > 0 && step <= IP_ID_STEP) return 'continues';
  return isCounting ? 'jumps' : 'unknown';
}

function predecessorOf(sighting: ResetSighting): PredecessorFacts | undefined {
  const past = sighting.connection.predecessor;
  if (past === undefined) return undefined;
  const receiver = sighting.side === 0 ? 1 : 0;
  return {
    closed: past.closed,
    reset: past.reset,
    last: { frame: past.lastFrame, beforeMs: (sighting.at - past.lastAt) * 1000 },
    timeWaitAtReceiver: past.closedFirst === receiver,
  };
}

/** Whether a capture lacks nothing of a connection, as far as its segments show. */
export const isWhole = (
  capture: Pick<CaptureFacts, 'handshakeSeen' | 'receiverSeen' | 'gapless'>,
): boolean => capture.handshakeSeen && capture.receiverSeen && capture.gapless;

/** How much of the truth this capture can hold about a connection. */
export function captureOf(connection: Connection, story: Story, sender: Side): CaptureFacts {
  const { lower, upper, synAckFrame, handshakeAckFrame, ackForSynFrame, ackedUnseen } = story;
  const client = story.end(connection.client);
  const server = story.end(connection.server);
  const offered = synAckFrame !== NEVER || ackForSynFrame !== NEVER || server.segments === 0;
  const completed = handshakeAckFrame !== NEVER || client.segments <= client.synCount;
  const handshakeSeen =
    client.synFrame !== NEVER && connection.firstFrame === client.synFrame && offered && completed;
  const gapless = !ackedUnseen && lower.holes === 0 && upper.holes === 0;
  const receiverSeen = story.end(sender === 0 ? 1 : 0).segments > 0;
  const rtt = connection.handshakeSeconds;
  return {
    handshakeSeen,
    senderSeen: story.end(sender).segments > 0,
    receiverSeen,
    gapless,
    handshakeRttMs: rtt === undefined ? undefined : rtt * 1000,
    whole: isWhole({ handshakeSeen, receiverSeen, gapless }),
    duplicated: connection.duplicates > 0,
  };
}

function aftermathOf(sighting: ResetSighting, sender: End, receiver: End): AftermathFacts {
  const { connection, story, side, reset } = sighting;
  const rtt = Math.max(connection.handshakeSeconds ?? ASSUMED_RTT_SECONDS, REORDER_SECONDS * 2);
  const later = (connection.later ?? NOTHING).filter((segment) => segment.frame > reset.frame);
  const newSyn = later.find((segment) => (segment.flags & (SYN | ACK)) === SYN);
  const isOfThisLife = (segment: LaterSegment) =>
    newSyn === undefined || segment.frame < newSyn.frame;
  const ofSender = later.filter((segment) => segment.side === side);
  const ofReceiver = later.filter((segment) => segment.side !== side);
  const wentOn = ofSender.filter(
    (segment) => isOfThisLife(segment) && isGoingOn(segment, sender, sighting),
  );
  const receiverWentOn = ofReceiver.filter(
    (segment) =>
      isOfThisLife(segment) &&
      (segment.flags & (RST | SYN)) === 0 &&
      segment.at - sighting.at > rtt,
  );
  const resets = ofSender.filter((segment) => (segment.flags & RST) !== 0);
  return {
    senderWentOn: wentOn.length,
    senderWentOnIn: seenAfter(wentOn[0], sighting.at),
    senderSentNew: wentOn.some((segment) => isNew(segment, sender, reset.seq)),
    receiverWentOn: receiverWentOn.length,
    receiverWentOnIn: seenAfter(receiverWentOn[0], sighting.at),
    challengeAckIn: seenAfter(
      ofReceiver.find((segment) => isChallenge(segment, receiver, sighting.at + rtt)),
      sighting.at,
    ),
    newSynIn: newSyn === undefined ? successorOf(sighting) : seenAfter(newSyn, sighting.at),
    newSynIsOther: newSyn === undefined ? true : newSyn.seq !== story.end(connection.client).iss,
    newSynAnswered: newSyn === undefined ? connection.successorAnswered : isAnswered(newSyn, later),
    furtherResets: resets.length,
    risingSequence: resets.some((segment) => isBeyond(segment.seq, reset.seq, sender)),
    otherEndReset: seenAfter(
      ofReceiver.find((segment) => (segment.flags & RST) !== 0),
      sighting.at,
    ),
  };
}

const seenAfter = (segment: LaterSegment | undefined, at: number): Sighting | undefined =>
  segment && { frame: segment.frame, beforeMs: (at - segment.at) * 1000 };

function successorOf(sighting: ResetSighting): Sighting | undefined {
  const { successorSynFrame, successorSynAt } = sighting.connection;
  return sightingOf(successorSynFrame, successorSynAt, sighting.at);
}

const isAnswered = (syn: LaterSegment, later: readonly LaterSegment[]): boolean =>
  later.some(
    (segment) => (segment.flags & (SYN | ACK)) === (SYN | ACK) && segment.frame > syn.frame,
  );

const endOf = (segment: LaterSegment): number =>
  add(segment.seq, segment.length + ((segment.flags & FIN) !== 0 ? 1 : 0));

/** A segment of the reset's sender that is more than a packet overtaken on the way. */
function isGoingOn(segment: LaterSegment, sender: End, { reset, at }: ResetSighting): boolean {
  if ((segment.flags & (RST | SYN)) !== 0) return false;
  return isNew(segment, sender, reset.seq) || segment.at - at > REORDER_SECONDS;
}

/** Beyond what the sender had sent, or acknowledged, when it reset. */
function isNew(segment: LaterSegment, sender: End, resetSeq: number): boolean {
  const end = endOf(segment);
  if (sender.nxtKnown && after(end, sender.nxt) && after(end, resetSeq)) return true;
  return (segment.flags & ACK) !== 0 && sender.ackKnown && after(segment.ack, sender.ack);
}

/** RFC 5961 §3.2: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, at once. */
const isChallenge = (segment: LaterSegment, receiver: End, until: number): boolean =>
  segment.flags === ACK &&
  segment.length === 0 &&
  segment.seq === receiver.nxt &&
  segment.ack === receiver.ack &&
  segment.at <= until + REORDER_SECONDS;

/** Beyond everything the sender ever sent, where no genuine reset of its can be. */
function isBeyond(seq: number, resetSeq: number, sender: End): boolean {
  if (!sender.nxtKnown) return false;
  const highest = before(sender.nxt, resetSeq) ? resetSeq : sender.nxt;
  return after(seq, highest) && distance(seq, highest) < 1 << 24;
}
