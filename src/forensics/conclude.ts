import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Evidence, FailureEvidence } from '../causes/evidence.ts';
import type { CauseId } from '../causes/ids.ts';
import { text, type Text } from '../causes/text.ts';
import { captureOf, evidenceOf } from './complete.ts';
import type { Connection, Side } from './connection.ts';
import { bytesLost, failureApps, failureEffect, receiverApp } from './consequences.ts';
import type { FailureSighting } from './failures.ts';
import { judge, judgeFailure, type FirstWord, type Judgement } from './judge.ts';
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

/**
 * The verdicts of a capture, in the order of its frames, made one at a time as they are asked for:
 * a verdict is some kilobytes of words, and a capture may hold a million. To be iterated once; the
 * summary is whole after that.
 */
export class Conclusion implements Iterable<Verdict> {
  private readonly findings: Findings;
  private readonly broken: readonly FailureSighting[];
  private readonly byCause: Partial<Record<CauseId, number>> = {};
  private readonly firstWords = new Map<Connection, FirstWord>();
  private siblings: Siblings | undefined;

  constructor(findings: Findings) {
    this.findings = findings;
    this.broken = findings.failures
      .filter(({ connection }) => connection.firstResetFrame === 0)
      .sort((a, b) => a.frame - b.frame);
    noteUnanswered(this.broken, findings.surroundings);
    noteUnused(findings);
  }

  *[Symbol.iterator](): Iterator<Verdict> {
    const { broken } = this;
    let next = 0;
    for (const sighting of this.findings.sightings) {
      for (; next < broken.length && broken[next].frame < sighting.reset.frame; next++) {
        yield this.counted(failureVerdict(broken[next], this.findings));
      }
      yield this.counted(this.resetVerdict(sighting));
    }
    for (; next < broken.length; next++)
      yield this.counted(failureVerdict(broken[next], this.findings));
  }

  get summary(): Summary {
    const { counts, connections, sightings, problems } = this.findings;
    return {
      counts,
      connections,
      resets: sightings.length,
      failures: this.broken.length,
      byCause: this.byCause,
      problems,
      notes: notesOn(this.findings),
    };
  }

  private counted(verdict: Verdict): Verdict {
    this.byCause[verdict.cause] = (this.byCause[verdict.cause] ?? 0) + 1;
    return verdict;
  }

  private resetVerdict(sighting: ResetSighting): Verdict {
    const { connection, side } = sighting;
    const place = placeOf(connection, side, this.findings.baseSeconds + sighting.at);
    const around = this.findings.surroundings.around(place, this.siblingOf(sighting));
    const evidence = evidenceOf(sighting, around);
    const judgement = judge(evidence, this.firstWords.get(connection));
    if ((connection.resets?.count ?? 0) > 1 && !this.firstWords.has(connection)) {
      const { cause, alternatives } = judgement;
      this.firstWords.set(connection, { cause, alternatives });
    }
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
      bytesLost: bytesLost(evidence),
      benign: isBenign(judgement, evidence),
    };
  }

  /** The other address under which the same segments run; only for connections without a beginning. */
  private siblingOf(sighting: ResetSighting): string | undefined {
    const { lower, upper } = sighting.story;
    if (lower.synFrame !== 0 || upper.synFrame !== 0) return undefined;
    this.siblings ??= new Siblings(this.findings.sightings);
    return this.siblings.of(sighting);
  }
}

function noteUnanswered(broken: readonly FailureSighting[], surroundings: Surroundings): void {
  for (const { kind, connection } of broken) {
    if (kind !== 'syn-unanswered') continue;
    const { client, server } = connection;
    surroundings.unanswered(connection.host(client), connection.endpointHash(server));
  }
}

/** Clients that reset what they opened without using it have tried one more endpoint. */
function noteUnused({ sightings, surroundings }: Findings): void {
  for (const { connection, side, story } of sightings) {
    if (side === connection.client && story.end(0).bytesSent + story.end(1).bytesSent === 0) {
      surroundings.probed(connection.host(side), connection.endpointHash(connection.server));
    }
  }
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
    capture: captureOf(connection, connection.story, side),
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
  senderHost: connection.host(sender),
  senderEndpoint: connection.endpointHash(sender),
  clientHost: connection.host(connection.client),
  serverEndpoint: connection.endpointHash(connection.server),
  isUnused: connection.end(0).bytesSent + connection.end(1).bytesSent === 0,
});

/** Connections that share one endpoint and run the same numbers: one of them was not translated. */
class Siblings {
  private readonly byEndpoint = new Map<number, ResetSighting[]>();

  constructor(sightings: readonly ResetSighting[]) {
    for (const sighting of sightings) {
      for (const side of [0, 1] as const) {
        const hash = sighting.connection.endpointHash(side);
        const known = this.byEndpoint.get(hash);
        if (known === undefined) this.byEndpoint.set(hash, [sighting]);
        else if (known.length < 16) known.push(sighting);
      }
    }
  }

  of({ connection }: ResetSighting): string | undefined {
    for (const side of [0, 1] as const) {
      const others = this.byEndpoint.get(connection.endpointHash(side)) ?? [];
      for (const { connection: other } of others) {
        const otherSide = other.endpointHash(0) === connection.endpointHash(side) ? 1 : 0;
        if (
          other !== connection &&
          runsSameNumbers(connection, side === 0 ? 1 : 0, other, otherSide)
        ) {
          return other.endpoint(otherSide);
        }
      }
    }
    return undefined;
  }
}

/** One side's numbers lie within a window of the other's. */
function runsSameNumbers(one: Connection, side: Side, other: Connection, otherSide: Side): boolean {
  const a = one.end(side);
  const b = other.end(otherSide);
  return a.nxtKnown && b.nxtKnown && Math.abs((a.nxt - b.nxt) | 0) < 1 << 20;
}
