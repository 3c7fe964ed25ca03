import { CATALOGUE } from '../src/causes/catalogue.ts';
import type { Cause } from '../src/causes/cause.ts';
import type {
  EndFacts,
  Evidence,
  FailureEvidence,
  Sighting,
  Trigger,
} from '../src/causes/evidence.ts';
import { CAUSE_IDS, type CauseId } from '../src/causes/ids.ts';

/**
 * Evidence by hand: a client opened (frames 1 to 3), asked 100 bytes (4, acknowledged in 5), the
 * server answered 200 (6, acknowledged in 7), and frame 20 is a reset by the server, 100 ms later.
 * Whole capture, Linux on both ends, RTT 20 ms. Each test says what is different.
 */

export const at = (frame: number, beforeMs: number): Sighting => ({ frame, beforeMs });

/** One level deep: each section's own members may differ. */
export type Changes = {
  readonly [K in keyof Evidence]?: Evidence[K] extends readonly unknown[] | string | number
    ? Evidence[K]
    : Partial<Evidence[K]> | undefined;
};

const end = (changes: Partial<EndFacts>): EndFacts => ({
  endpoint: '10.0.0.1:40000',
  role: 'client',
  state: 'ESTABLISHED',
  segments: 4,
  syn: at(1, 190),
  synCount: 1,
  fin: undefined,
  bytesSent: 100,
  bytesAcknowledged: 100,
  firstDataFrame: 4,
  lastData: at(4, 140),
  last: at(7, 100),
  bytesAfterPeerFin: 0,
  fastclose: undefined,
  window: 64512,
  largestWindow: 64512,
  zeroWindow: undefined,
  unansweredRetransmissions: 0,
  retransmissionRounds: 0,
  retransmissionIntervalMs: undefined,
  retransmittedBeforeMs: 0,
  unansweredKeepalives: 0,
  keepalives: 0,
  keepaliveIntervalMs: undefined,
  windowProbes: 0,
  unansweredWindowProbes: 0,
  ...changes,
});

export const CLIENT = end({});
export const SERVER = end({
  endpoint: '10.0.0.2:80',
  role: 'server',
  segments: 3,
  syn: at(2, 180),
  bytesSent: 200,
  bytesAcknowledged: 200,
  firstDataFrame: 6,
  lastData: at(6, 120),
  last: at(6, 120),
});

/** An abort by the server, after all was said. */
const BASE: Evidence = {
  reset: {
    frame: 20,
    seq: 201,
    ack: 101,
    flags: 20,
    hasAck: true,
    window: 63,
    ttl: 64,
    ipId: 7,
    hasTimestamps: true,
    mptcp: undefined,
    payloadLength: 0,
  },
  shape: 'active',
  sequence: 'next',
  exact: true,
  effect: 'accepted',
  receiverBytesBeyondReset: 0,
  receiverBytesSinceAnswer: 0,
  trigger: undefined,
  replyDelayMs: undefined,
  idleMs: 100,
  sender: SERVER,
  receiver: CLIENT,
  identity: {
    ttlDelta: 0,
    ttlUnsteady: false,
    ipId: 'continues',
    timestampsMissing: false,
    windowDead: false,
    windowKept: true,
    fasterThanHandshake: false,
  },
  aftermath: {
    senderWentOn: 0,
    senderWentOnIn: undefined,
    senderSentNew: false,
    receiverWentOn: 0,
    receiverWentOnIn: undefined,
    challengeAckIn: undefined,
    newSynIn: undefined,
    newSynAnswered: false,
    newSynIsOther: true,
    furtherResets: 0,
    risingSequence: false,
    otherEndReset: undefined,
  },
  earlier: { bySender: undefined, byReceiver: undefined, inReceiversName: undefined },
  predecessor: undefined,
  impossibleTimestampEcho: false,
  synAckForOtherSyn: undefined,
  ackInsteadOfSynAck: undefined,
  application: {
    protocol: 'unknown',
    request: undefined,
    requestComplete: undefined,
    requests: 0,
    response: undefined,
    responseStatus: undefined,
    responseComplete: undefined,
    answered: false,
    clientHelloLast: false,
    serverHelloSeen: false,
    tlsAlert: undefined,
  },
  surroundings: {
    massCount: 0,
    massWithinMs: 0,
    refusedBefore: 0,
    refusedAfter: 0,
    acceptedBefore: 1,
    acceptedAfter: 0,
    endpointsProbed: 1,
    checkCount: 0,
    checkPeriodMs: undefined,
    siblingConnection: undefined,
    unansweredSyns: 0,
  },
  capture: {
    handshakeSeen: true,
    senderSeen: true,
    receiverSeen: true,
    gapless: true,
    handshakeRttMs: 20,
    whole: true,
    duplicated: false,
  },
};

/** The base with differences, section by section. */
export function evidence(...changes: readonly Changes[]): Evidence {
  const made: Record<string, unknown> = { ...BASE };
  for (const change of changes) {
    for (const [key, value] of Object.entries(change)) {
      const old = made[key];
      const merges = typeof value === 'object' && typeof old === 'object';
      made[key] = merges ? { ...old, ...value } : value;
    }
  }
  return made as unknown as Evidence;
}

/** The abort is the client's. */
export const byClient = (
  client: Partial<EndFacts> = {},
  server: Partial<EndFacts> = {},
): Changes => ({
  sender: { ...CLIENT, ...client },
  receiver: { ...SERVER, ...server },
});

/** A bare RST that answers frame 19, by default 100 bytes of data 10 ms before (RFC 9293 §3.5.2). */
export const answering = (trigger: Partial<Trigger> = {}): Changes => ({
  shape: 'reply',
  reset: { flags: 4, hasAck: false, ack: 0, window: 0, hasTimestamps: false, ipId: 0 },
  identity: { ipId: 'zero' },
  trigger: {
    frame: 19,
    beforeMs: 10,
    kind: 'data',
    length: 100,
    retransmission: false,
    fin: false,
    acknowledgesUnsent: false,
    beyondWindow: false,
    ...trigger,
  },
  replyDelayMs: trigger.beforeMs ?? 10,
});

/** RST,ACK with SEQ 0: an answer to a SYN that found nobody; no other segment was ever sent back. */
export const refusing = (): Changes => ({
  ...answering({ kind: 'syn', length: 0 }),
  shape: 'reply-to-syn',
  reset: { flags: 20, hasAck: true, seq: 0, window: 0, hasTimestamps: false },
  sequence: 'zero',
  exact: undefined,
  sender: { ...SILENT, endpoint: '10.0.0.2:80', role: 'server', state: 'LISTEN' },
  receiver: { ...SILENT, state: 'SYN-SENT', segments: 1, syn: at(19, 10), synCount: 1 },
  identity: { ttlDelta: undefined },
});

/** An end that has said nothing yet. */
export const SILENT: EndFacts = end({
  segments: 0,
  syn: undefined,
  synCount: 0,
  bytesSent: 0,
  bytesAcknowledged: 0,
  firstDataFrame: undefined,
  lastData: undefined,
  last: undefined,
});

/** A connection that fell silent: the client sent again five times, the server said nothing. */
export const failure = (changes: Partial<FailureEvidence> = {}): FailureEvidence => ({
  kind: 'silence',
  frame: 20,
  sender: SERVER,
  receiver: { ...CLIENT, unansweredRetransmissions: 5 },
  idleMs: 100,
  silentMs: 6000,
  attempts: 5,
  icmp: undefined,
  application: BASE.application,
  surroundings: BASE.surroundings,
  capture: BASE.capture,
  ...changes,
});

type Stands = 'expected' | 'possible' | 'impossible';

/** Causes that stand so, in the order of the catalogue; `unknown`, which always does, left out. */
export const those = (stands: Stands, e: Evidence): CauseId[] =>
  CAUSE_IDS.filter((id) => id !== 'unknown' && CATALOGUE[id].recognise(e).stands === stands);

/** The same of a connection that broke without a reset. */
export const thoseOfFailure = (stands: Stands, e: FailureEvidence): CauseId[] =>
  CAUSE_IDS.filter(
    (id) => id !== 'unknown' && (CATALOGUE[id] as Cause).recogniseFailure?.(e).stands === stands,
  );
