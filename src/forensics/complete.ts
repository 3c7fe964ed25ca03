import type {
  AftermathFacts,
  CaptureFacts,
  Effect,
  Evidence,
  IdentityFacts,
  PredecessorFacts,
  Sighting,
  SurroundingsFacts,
} from '../causes/evidence.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { add, after, before, distance } from '../wire/sequence.ts';
import type { Connection, LaterSegment, Side } from './connection.ts';
import { NEVER } from './end.ts';
import type { ResetSighting } from './sighting.ts';

/** Where no handshake shows the round trip, one like this is assumed. */
const ASSUMED_RTT_SECONDS = 0.05;
/** Packets of one host may overtake each other on the way to the capture by this much. */
const REORDER_SECONDS = 0.002;
/** An IPv4 identification this close after the last one continues the same counter. */
const IP_ID_STEP = 64;
/** Round trips below this are too short to tell a nearer device from the host. */
const TELLING_RTT_MS = 10;
/** What a nearer device answers in less than this part of the host's own time. */
const TELLING_PART = 3;

/** The whole story of one reset, once everything after it is known too. */
export function evidenceOf(sighting: ResetSighting, surroundings: SurroundingsFacts): Evidence {
  const aftermath = aftermathOf(sighting);
  return {
    reset: sighting.reset,
    shape: sighting.shape,
    sequence: sighting.sequence,
    exact: sighting.exact,
    effect: effectOf(sighting, aftermath),
    receiverBytesBeyondReset: sighting.receiverBytesBeyondReset,
    trigger: sighting.trigger,
    replyDelayMs: sighting.trigger?.beforeMs,
    idleMs: sighting.idleMs,
    sender: sighting.sender,
    receiver: sighting.receiver,
    identity: identityOf(sighting),
    aftermath,
    earlier: {
      bySender: sighting.earlierBySender,
      byReceiver: sighting.earlierByReceiver,
      answersLaterSegment: sighting.answersLaterSegment,
    },
    predecessor: predecessorOf(sighting),
    impossibleTimestampEcho: sighting.impossibleTimestampEcho,
    synAckForOtherSyn: sighting.synAckForOtherSyn,
    ackInsteadOfSynAck: sighting.ackInsteadOfSynAck,
    application: sighting.application,
    surroundings,
    capture: captureOf(sighting.connection, sighting.side, sighting.gapless),
  };
}

/** RFC 5961 §3.2 and RFC 9293 §3.10.7.3; what the receiver then did can only weaken it. */
function effectOf(sighting: ResetSighting, aftermath: AftermathFacts): Effect {
  if (meetsNobody(sighting)) return 'ignored';
  if (sighting.receiverInSynSent) {
    const expected = sighting.receiverNxt;
    return sighting.reset.hasAck && sighting.reset.ack === expected ? 'accepted' : 'ignored';
  }
  if (sighting.exact === undefined) return 'unknown';
  if (sighting.exact) return aftermath.receiverWentOn > 0 ? 'unknown' : 'accepted';
  return sighting.inWindow ? 'challenged' : 'ignored';
}

/** An earlier reset had ended the connection, and what drew this one was sent before that was known. */
function meetsNobody({ connection, earlierBySender, trigger }: ResetSighting): boolean {
  if (earlierBySender === undefined) return false;
  const rttMs = (connection.handshakeSeconds ?? ASSUMED_RTT_SECONDS) * 1000;
  return trigger === undefined || trigger.beforeMs > earlierBySender.beforeMs - rttMs;
}

function identityOf(sighting: ResetSighting): IdentityFacts {
  const { reset, shape, connection, side } = sighting;
  const handshakeMs = handshakeDelayMs(connection, side);
  const delay = sighting.trigger?.beforeMs;
  return {
    ttlDelta: sighting.ttlDelta,
    ttlUnsteady: sighting.ttlUnsteady,
    ipId: ipIdRelation(reset.ipId, sighting.senderIpId),
    timestampsMissing: shape === 'active' && sighting.senderUsesTimestamps && !reset.hasTimestamps,
    windowDead: shape === 'active' && reset.window === 0 && sighting.senderWindow > 0,
    fasterThanHandshake:
      handshakeMs !== undefined &&
      delay !== undefined &&
      handshakeMs > TELLING_RTT_MS &&
      delay < handshakeMs / TELLING_PART,
  };
}

/** How long the reset's sender took, in the handshake, to answer: the distance to the host itself. */
function handshakeDelayMs(connection: Connection, sender: Side): number | undefined {
  const { synAckFrame, synAckAt, handshakeAckFrame, handshakeAckAt, client } = connection;
  if (synAckFrame === NEVER) return undefined;
  if (sender !== client) return (synAckAt - connection.ends[client].synAt) * 1000;
  return handshakeAckFrame === NEVER ? undefined : (handshakeAckAt - synAckAt) * 1000;
}

function ipIdRelation(ipId: number, last: number): IdentityFacts['ipId'] {
  if (ipId === 0) return 'zero';
  // Linux numbers nothing while the handshake lasts.
  if (ipId < 0 || last <= 0) return 'unknown';
  const step = (ipId - last) & 0xffff;
  return step > 0 && step <= IP_ID_STEP ? 'continues' : 'jumps';
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

/** How much of the truth this capture can hold about a connection. */
export function captureOf(connection: Connection, sender: Side, gapless: boolean): CaptureFacts {
  const { synFrame, segments } = connection.ends[connection.client];
  const server = connection.ends[connection.server];
  const established = server.segments > 0 && !(server.segments === 1 && connection.ackForSynFrame !== NEVER);
  const handshakeSeen =
    synFrame !== NEVER &&
    connection.firstFrame === synFrame &&
    (connection.synAckFrame !== NEVER || !established || connection.ackForSynFrame !== NEVER) &&
    (connection.handshakeAckFrame !== NEVER || segments <= connection.ends[connection.client].synCount);
  const senderSeen = connection.ends[sender].segments > 0;
  const receiverSeen = connection.ends[sender === 0 ? 1 : 0].segments > 0;
  const rtt = connection.handshakeSeconds;
  return {
    handshakeSeen,
    senderSeen,
    receiverSeen,
    gapless,
    handshakeRttMs: rtt === undefined ? undefined : rtt * 1000,
    whole: handshakeSeen && receiverSeen && gapless && (senderSeen || synFrame !== NEVER),
    duplicated: connection.duplicates > 0,
  };
}

function aftermathOf(sighting: ResetSighting): AftermathFacts {
  const { connection, side, reset } = sighting;
  const rtt = Math.max(connection.handshakeSeconds ?? ASSUMED_RTT_SECONDS, REORDER_SECONDS * 2);
  const later = connection.later.filter((segment) => segment.frame > reset.frame);
  const ofSender = later.filter((segment) => segment.side === side);
  const ofReceiver = later.filter((segment) => segment.side !== side);
  const wentOn = ofSender.filter((segment) => isGoingOn(segment, sighting));
  const receiverWentOn = ofReceiver.filter(
    (segment) => (segment.flags & (RST | SYN)) === 0 && segment.at - sighting.at > rtt,
  );
  const resets = ofSender.filter((segment) => (segment.flags & RST) !== 0);
  const newSyn = later.find((segment) => (segment.flags & (SYN | ACK)) === SYN);
  return {
    senderWentOn: wentOn.length,
    senderWentOnIn: sightingOf(wentOn[0], sighting.at),
    senderSentNew: wentOn.some((segment) => isNew(segment, sighting)),
    receiverWentOn: receiverWentOn.length,
    receiverWentOnIn: sightingOf(receiverWentOn[0], sighting.at),
    challengeAckIn: sightingOf(
      ofReceiver.find((segment) => isChallenge(segment, sighting, rtt)),
      sighting.at,
    ),
    newSynIn: newSyn === undefined ? successorOf(sighting) : sightingOf(newSyn, sighting.at),
    newSynIsOther: newSyn === undefined ? true : newSyn.seq !== firstSynOf(sighting),
    newSynAnswered: newSyn === undefined ? connection.successorAnswered : isAnswered(newSyn, later),
    furtherResets: resets.length,
    risingSequence: resets.some((segment) => isBeyond(segment.seq, sighting)),
    otherEndReset: sightingOf(ofReceiver.find((segment) => (segment.flags & RST) !== 0), sighting.at),
  };
}

/** The connecting end's sequence number before the reset; its SYN took one. */
const firstSynOf = ({ side, connection, senderNxt, receiverNxt }: ResetSighting): number | undefined => {
  const nxt = side === connection.client ? senderNxt : receiverNxt;
  return nxt === undefined ? undefined : add(nxt, -1);
};

const sightingOf = (segment: LaterSegment | undefined, at: number): Sighting | undefined =>
  segment && { frame: segment.frame, beforeMs: (at - segment.at) * 1000 };

function successorOf(sighting: ResetSighting): Sighting | undefined {
  const { successorSynFrame, successorSynAt } = sighting.connection;
  if (successorSynFrame === NEVER) return undefined;
  return { frame: successorSynFrame, beforeMs: (sighting.at - successorSynAt) * 1000 };
}

const isAnswered = (syn: LaterSegment, later: readonly LaterSegment[]): boolean =>
  later.some((segment) => (segment.flags & (SYN | ACK)) === (SYN | ACK) && segment.frame > syn.frame);

const endOf = (segment: LaterSegment): number =>
  add(segment.seq, segment.length + ((segment.flags & FIN) !== 0 ? 1 : 0));

/** A segment of the reset's sender that is more than a packet overtaken on the way. */
function isGoingOn(segment: LaterSegment, sighting: ResetSighting): boolean {
  if ((segment.flags & (RST | SYN)) !== 0) return false;
  return isNew(segment, sighting) || segment.at - sighting.at > REORDER_SECONDS;
}

function isNew(segment: LaterSegment, sighting: ResetSighting): boolean {
  const { senderNxt, senderAck } = sighting;
  if (senderNxt !== undefined && after(endOf(segment), senderNxt)) return true;
  return (segment.flags & ACK) !== 0 && senderAck !== undefined && after(segment.ack, senderAck);
}

/** RFC 5961 §3.2: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, at once. */
function isChallenge(segment: LaterSegment, sighting: ResetSighting, rtt: number): boolean {
  return (
    segment.flags === ACK &&
    segment.length === 0 &&
    segment.seq === sighting.receiverNxt &&
    segment.ack === sighting.receiverAck &&
    segment.at - sighting.at <= rtt + REORDER_SECONDS
  );
}

/** Beyond everything the sender ever sent, where no genuine reset of its can be. */
function isBeyond(seq: number, sighting: ResetSighting): boolean {
  const { senderNxt, reset } = sighting;
  if (senderNxt === undefined) return false;
  const highest = before(senderNxt, reset.seq) ? reset.seq : senderNxt;
  return after(seq, highest) && distance(seq, highest) < 1 << 24;
}
