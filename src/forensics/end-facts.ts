import type { EndFacts, FinSighting, State } from '../causes/evidence.ts';
import type { Connection } from './connection.ts';
import type { Side, Story } from './story.ts';
import { NEVER, Trouble, type End } from './end.ts';
import { isConnecting } from './numbers.ts';
import { sightingOf } from './sighting.ts';

/** It is connecting, and no SYN,ACK that it could take has been sent to it. */
export function isInSynSent(story: Story, side: Side): boolean {
  const { synAckFrame, otherSynAckFrame } = story;
  return (
    isConnecting(story.end(side)) && (synAckFrame === NEVER || synAckFrame === otherSynAckFrame)
  );
}

/** Everything one end has shown so far. `at`: now, in seconds of the capture. */
export function endFacts(connection: Connection, story: Story, side: Side, at: number): EndFacts {
  const end = story.end(side);
  const role = connection.roleKnown
    ? side === connection.client
      ? 'client'
      : 'server'
    : 'unknown';
  return {
    endpoint: connection.endpoint(side),
    role,
    state: stateOf(story, side),
    segments: end.segments,
    syn: sightingOf(end.synFrame, end.synAt, at),
    synCount: end.synCount,
    fin: finSighting(end, at),
    bytesSent: end.bytesSent,
    bytesAcknowledged: end.bytesAcknowledged,
    firstDataFrame: end.firstDataFrame === NEVER ? undefined : end.firstDataFrame,
    lastData: sightingOf(end.lastDataFrame, end.lastDataAt, at),
    last: sightingOf(end.lastFrame, end.lastAt, at),
    bytesAfterPeerFin: end.bytesAfterPeerFin,
    fastclose: sightingOf(end.fastcloseFrame, end.fastcloseAt, at),
    window: end.window,
    largestWindow: end.largestWindow,
    ...troubleFacts(end.trouble ?? NO_TROUBLE, at),
  };
}

const NO_TROUBLE = new Trouble();

const troubleFacts = (trouble: Trouble, at: number) => ({
  zeroWindow: sightingOf(trouble.zeroWindowFrame, trouble.zeroWindowAt, at),
  unansweredRetransmissions: trouble.unanswered,
  retransmissionRounds: trouble.unanswered === 0 ? 0 : trouble.rounds,
  retransmissionIntervalMs: trouble.roundIntervalMs,
  retransmittedBeforeMs: (at - trouble.roundAt) * 1000,
  unansweredKeepalives: trouble.unansweredKeepalives,
  keepalives: trouble.keepalives,
  keepaliveIntervalMs: trouble.keepaliveIntervalMs,
  windowProbes: trouble.windowProbes,
  unansweredWindowProbes: trouble.unansweredWindowProbes,
});

function finSighting({ fin }: End, at: number): FinSighting | undefined {
  if (fin === undefined) return undefined;
  return {
    frame: fin.frame,
    beforeMs: (at - fin.at) * 1000,
    count: fin.count,
    acknowledgedIn: fin.ackedFrame === NEVER ? undefined : fin.ackedFrame,
    afterQuietMs: fin.quiet * 1000,
  };
}

/** RFC 9293 §3.3.2, as if every captured segment had arrived. */
function stateOf(story: Story, side: Side): State {
  const end = story.end(side);
  const peer = story.end(side === 0 ? 1 : 0);
  if (end.segments === 0) return peer.synFrame !== NEVER ? 'LISTEN' : 'unknown';
  if (isConnecting(end)) return 'SYN-SENT';
  if (end.synHadAck && story.handshakeAckFrame === NEVER && end.segments === end.synCount) {
    return 'SYN-RECEIVED';
  }
  const sentFin = end.finFrame !== NEVER;
  const gotFin = peer.finFrame !== NEVER;
  const acked = end.finAckedFrame !== NEVER;
  if (!sentFin) return gotFin ? 'CLOSE-WAIT' : 'ESTABLISHED';
  if (!gotFin) return acked ? 'FIN-WAIT-2' : 'FIN-WAIT-1';
  if (
    peer.finFrame < end.finFrame &&
    peer.finAckedFrame !== NEVER &&
    peer.finAckedFrame <= end.finFrame
  ) {
    return acked ? 'CLOSED' : 'LAST-ACK';
  }
  return acked ? 'TIME-WAIT' : 'CLOSING';
}
