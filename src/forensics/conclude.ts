import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Evidence, FailureEvidence } from '../causes/evidence.ts';
import type { CauseId } from '../causes/ids.ts';
import { text, type Text } from '../causes/text.ts';
import { captureOf, evidenceOf } from './complete.ts';
import type { Connection, Side } from './connection.ts';
import { bytesLost, failureApps, failureEffect, receiverApp } from './consequences.ts';
import type { FailureSighting } from './failures.ts';
import { judge, judgeFailure, type Judgement } from './judge.ts';
import { notesOn } from './notes.ts';
import type { ResetSighting } from './sighting.ts';
import type { Place, Surroundings } from './surroundings.ts';
import type { ConnectionName, Summary, Verdict } from './verdict.ts';

/** Everything a pass has found, still without a word on what it means. */
export interface Findings {
  readonly sightings: readonly ResetSighting[];
  readonly failures: readonly FailureSighting[];
  readonly surroundings: Surroundings;
  readonly connections: number;
  readonly baseSeconds: number;
  readonly counts: CaptureCounts;
  readonly problems: readonly Problem[];
}

export interface Conclusion {
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
}

/** From sightings to verdicts, in the order of the capture. */
export function conclude(findings: Findings): Conclusion {
  const broken = findings.failures.filter(({ connection }) => connection.firstResetFrame === 0);
  for (const { kind, connection } of broken) {
    if (kind === 'syn-unanswered') {
      const { client, server } = connection;
      findings.surroundings.unanswered(connection.hosts[client], connection.endpointHashes[server]);
    }
  }
  noteUnused(findings);
  const siblings = new Siblings(findings.sightings);
  const first = new Map<Connection, Judgement>();
  const verdicts = [
    ...findings.sightings.map((sighting) => resetVerdict(sighting, findings, siblings, first)),
    ...broken.map((sighting) => failureVerdict(sighting, findings)),
  ].sort((a, b) => a.frame - b.frame);
  return { verdicts, summary: summarise(verdicts, findings, broken.length) };
}

/** Clients that reset what they opened without using it have tried one more endpoint. */
function noteUnused({ sightings, surroundings }: Findings): void {
  for (const { connection, side, sender, receiver } of sightings) {
    if (side === connection.client && sender.bytesSent + receiver.bytesSent === 0) {
      surroundings.probed(connection.hosts[side], connection.endpointHashes[connection.server]);
    }
  }
}

/** `first`: what was said of a connection's first reset, which its repetitions are repetitions of. */
function resetVerdict(
  sighting: ResetSighting,
  findings: Findings,
  siblings: Siblings,
  first: Map<Connection, Judgement>,
): Verdict {
  const { connection, side } = sighting;
  const place = placeOf(connection, side, findings.baseSeconds + sighting.at);
  const around = findings.surroundings.around(place, siblings.of(sighting));
  const evidence = evidenceOf(sighting, around);
  const judgement = judge(evidence, first.get(connection));
  if (!first.has(connection)) first.set(connection, judgement);
  const { facts } = CATALOGUE[judgement.cause];
  return {
    type: 'reset',
    frame: sighting.reset.frame,
    seconds: sighting.seconds,
    nanos: sighting.nanos,
    connection: nameOf(connection),
    sender: evidence.sender.endpoint,
    receiver: evidence.receiver.endpoint,
    shape: evidence.shape,
    failure: undefined,
    ...wordOf(judgement, evidence),
    origin: originOf(judgement),
    effect: evidence.effect,
    apps: { sender: facts.senderApp, receiver: receiverApp(evidence, facts) },
    bytesLost: bytesLost(evidence, sighting.receiverSinceAnswer),
    benign: isBenign(judgement, evidence),
  };
}

function failureVerdict(sighting: FailureSighting, findings: Findings): Verdict {
  const { connection, side, at } = sighting;
  const place = placeOf(connection, side, findings.baseSeconds + at);
  const evidence: FailureEvidence = {
    kind: sighting.kind,
    frame: sighting.frame,
    sender: sighting.sender,
    receiver: sighting.receiver,
    idleMs: sighting.idleMs,
    silentMs: sighting.silentMs,
    attempts: sighting.attempts,
    icmp: sighting.icmp,
    application: sighting.application,
    surroundings: findings.surroundings.around(place, undefined),
    capture: captureOf(connection, side, !connection.ackedUnseen),
  };
  const judgement = judgeFailure(evidence);
  const unacknowledged = sighting.receiver.bytesSent - sighting.receiver.bytesAcknowledged;
  return {
    type: 'failure',
    frame: sighting.frame,
    seconds: findings.baseSeconds + Math.floor(at),
    nanos: Math.round((at - Math.floor(at)) * 1e9) % 1e9,
    connection: nameOf(connection),
    sender: sighting.sender.endpoint,
    receiver: sighting.receiver.endpoint,
    shape: undefined,
    failure: sighting.kind,
    ...wordOf(judgement, evidence),
    origin: CATALOGUE[judgement.cause].facts.origin,
    effect: failureEffect,
    apps: failureApps(sighting.kind),
    bytesLost: { min: unacknowledged, max: sighting.receiver.bytesSent },
    benign: CATALOGUE[judgement.cause].facts.benign,
  };
}

function wordOf(judgement: Judgement, evidence: Evidence | FailureEvidence) {
  const { facts } = CATALOGUE[judgement.cause];
  return {
    cause: judgement.cause,
    confidence: judgement.confidence,
    alternatives: judgement.alternatives,
    evidence: judgement.because,
    advice: facts.advice,
    settle: judgement.confidence === 'certain' ? undefined : settleFor(facts.settle, evidence),
  };
}

const originOf = ({ cause, alternatives }: Judgement): Verdict['origin'] => {
  const { origin } = CATALOGUE[cause].facts;
  const rival = alternatives.some(
    (each) => each.confidence === 'likely' && CATALOGUE[each.cause].facts.origin !== origin,
  );
  return rival ? 'unknown' : origin;
};

/** Without harm: the cause is, or nothing obeyed the reset, or a client left with all it wanted. */
function isBenign(judgement: Judgement, e: Evidence): boolean {
  const isAbort = judgement.cause === 'client-abort' || judgement.cause === 'linger-zero';
  if (isAbort && e.sender.role === 'client') return e.application.responseComplete === true;
  return CATALOGUE[judgement.cause].facts.benign;
}

function settleFor(settle: Text, { sender, receiver }: Evidence | FailureEvidence): Text {
  const server = receiver.role === 'server' ? receiver : sender;
  const words: Record<string, string> = {
    sender: sender.endpoint,
    receiver: receiver.endpoint,
    senderHost: hostOf(sender.endpoint),
    receiverHost: hostOf(receiver.endpoint),
    port: server.endpoint.slice(server.endpoint.lastIndexOf(':') + 1),
  };
  const fill = (line: string): string =>
    line.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
  return text(fill(settle.en), fill(settle.zh));
}

const hostOf = (endpoint: string): string =>
  endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/[[\]]/g, '');

export const nameOf = (connection: Connection): ConnectionName => ({
  id: connection.firstFrame,
  communityId: connection.communityId,
  client: connection.endpoint(connection.client),
  server: connection.endpoint(connection.server),
});

const placeOf = (connection: Connection, sender: Side, at: number): Place => ({
  at,
  senderHost: connection.hosts[sender],
  senderEndpoint: connection.endpointHashes[sender],
  clientHost: connection.hosts[connection.client],
  serverEndpoint: connection.endpointHashes[connection.server],
});

/** Connections that share one endpoint and run the same numbers: one of them was not translated. */
class Siblings {
  private readonly byEndpoint = new Map<number, ResetSighting[]>();

  constructor(sightings: readonly ResetSighting[]) {
    for (const sighting of sightings) {
      for (const hash of sighting.connection.endpointHashes) {
        const known = this.byEndpoint.get(hash);
        if (known === undefined) this.byEndpoint.set(hash, [sighting]);
        else if (known.length < 16) known.push(sighting);
      }
    }
  }

  /** The other address under which the same segments run; only for connections without a beginning. */
  of(sighting: ResetSighting): string | undefined {
    const { connection } = sighting;
    if (connection.ends[0].synFrame !== 0 || connection.ends[1].synFrame !== 0) return undefined;
    for (const side of [0, 1] as const) {
      const others = this.byEndpoint.get(connection.endpointHashes[side]) ?? [];
      for (const { connection: other } of others) {
        const otherSide = other.endpointHashes[0] === connection.endpointHashes[side] ? 1 : 0;
        if (other !== connection && runsSameNumbers(connection, side === 0 ? 1 : 0, other, otherSide)) {
          return other.endpoint(otherSide);
        }
      }
    }
    return undefined;
  }
}

/** One side's numbers lie within a window of the other's. */
function runsSameNumbers(one: Connection, side: Side, other: Connection, otherSide: Side): boolean {
  const a = one.ends[side];
  const b = other.ends[otherSide];
  return a.nxtKnown && b.nxtKnown && Math.abs((a.nxt - b.nxt) | 0) < 1 << 20;
}

function summarise(verdicts: readonly Verdict[], findings: Findings, failures: number): Summary {
  const byCause: Partial<Record<CauseId, number>> = {};
  for (const { cause } of verdicts) byCause[cause] = (byCause[cause] ?? 0) + 1;
  return {
    counts: findings.counts,
    connections: findings.connections,
    resets: findings.sightings.length,
    failures,
    byCause,
    problems: findings.problems,
    notes: notesOn(findings),
  };
}
