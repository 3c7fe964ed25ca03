import { CATALOGUE } from '../causes/catalogue.ts';
import type { Evidence, FailureEvidence, OtherEndFacts } from '../causes/evidence.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Text } from '../causes/text.ts';
import { captureOf, evidenceOf, isWhole } from './complete.ts';
import type { Connection } from './connection.ts';
import type { Side } from './story.ts';
import { bytesLost, failureApps, receiverApp } from './consequences.ts';
import type { FailureSighting } from './failures.ts';
import { judge, judgeFailure, type FirstWord, type Judgement } from './judge.ts';
import { Notes } from './notes.ts';
import type { Siblings } from './siblings.ts';
import type { ResetSighting } from './sighting.ts';
import type { Place, Surroundings } from './surroundings.ts';
import type { ConnectionName, Verdict } from './verdict.ts';

/** Who was at the other end: what its capture says of a reset, and of the segment that it answers. */
export type OtherEnd = (
  frame: number,
  triggerFrame: number | undefined,
) => OtherEndFacts | undefined;

/**
 * Says what each sighting means, once everything that belongs to it is known. Keeps nothing but
 * counts, and for connections reset more than once the first word on them.
 */
export class VerdictMaker {
  readonly byCause: Partial<Record<CauseId, number>> = {};
  readonly notes = new Notes();
  resets = 0;
  failures = 0;
  private readonly surroundings: Surroundings;
  private readonly siblings: Siblings;
  private readonly firstWords = new WeakMap<Connection, FirstWord>();

  private readonly otherEnd: OtherEnd | undefined;

  constructor(surroundings: Surroundings, siblings: Siblings, otherEnd?: OtherEnd) {
    this.surroundings = surroundings;
    this.siblings = siblings;
    this.otherEnd = otherEnd;
  }

  /** `baseSeconds`: when the sighting's clock began. */
  ofReset(sighting: ResetSighting, baseSeconds: number): Verdict {
    const { connection, side } = sighting;
    const place = placeOf(connection, side, baseSeconds + sighting.at);
    const around = this.surroundings.around(place, this.siblings.of(sighting));
    const evidence = this.withOtherEnd(evidenceOf(sighting, around));
    const first = this.firstWords.get(connection);
    const judgement = judge(evidence, first);
    this.resets++;
    if (sighting.isFirst) this.notes.on(connection);
    if (sighting.isFirst && (connection.resets?.count ?? 0) > 1) {
      const { cause, alternatives } = judgement;
      this.firstWords.set(connection, { cause, alternatives });
    }
    const { facts } = CATALOGUE[judgement.cause];
    return this.counted({
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
      bytesLost: bytesLost(evidence, judgement.cause),
      benign: isBenign(judgement, evidence),
    });
  }

  /**
   * A host that did not send it answered nothing with it: that the segment is missing which it would
   * answer takes nothing from the capture then.
   */
  private withOtherEnd(evidence: Evidence): Evidence {
    const { reset, trigger, capture } = evidence;
    const otherEnd = this.otherEnd?.(reset.frame, trigger?.frame);
    if (otherEnd === undefined) return evidence;
    if (otherEnd.sent !== 'no') return { ...evidence, otherEnd };
    return { ...evidence, otherEnd, capture: { ...capture, whole: isWhole(capture) } };
  }

  ofFailure(sighting: FailureSighting, baseSeconds: number): Verdict {
    const { connection, side, at } = sighting;
    const evidence = this.failureEvidence(sighting, baseSeconds);
    const judgement = judgeFailure(evidence);
    const { facts } = CATALOGUE[judgement.cause];
    const { bytesSent, bytesAcknowledged } = sighting.receiver;
    const unacknowledged = bytesSent - bytesAcknowledged;
    this.failures++;
    return this.counted({
      type: 'failure',
      frame: sighting.frame,
      seconds: baseSeconds + Math.floor(at),
      nanos: Math.round((at - Math.floor(at)) * 1e9) % 1e9,
      connection: nameOf(connection),
      sender: connection.endpoint(side),
      receiver: connection.endpoint(side === 0 ? 1 : 0),
      shape: undefined,
      failure: sighting.kind,
      ...wordOf(judgement, evidence),
      origin: facts.origin,
      effect: 'unknown',
      apps: failureApps(sighting.kind),
      bytesLost: {
        min: unacknowledged,
        max: Math.max(unacknowledged, sighting.receiverSinceAnswer),
      },
      benign: facts.benign,
    });
  }

  private failureEvidence(sighting: FailureSighting, baseSeconds: number): FailureEvidence {
    const { connection, side } = sighting;
    const place = placeOf(connection, side, baseSeconds + sighting.at);
    return {
      kind: sighting.kind,
      frame: sighting.frame,
      sender: sighting.sender,
      receiver: sighting.receiver,
      idleMs: sighting.idleMs,
      silentMs: sighting.silentMs,
      attempts: sighting.attempts,
      icmp: sighting.icmp,
      application: sighting.application,
      surroundings: this.surroundings.around(place, undefined),
      capture: captureOf(connection, connection.story, side),
    };
  }

  private counted(verdict: Verdict): Verdict {
    this.byCause[verdict.cause] = (this.byCause[verdict.cause] ?? 0) + 1;
    return verdict;
  }
}

function wordOf(judgement: Judgement, evidence: Evidence | FailureEvidence) {
  const { facts } = CATALOGUE[judgement.cause];
  return {
    cause: judgement.cause,
    confidence: judgement.confidence,
    alternatives: judgement.alternatives,
    evidence: judgement.because,
    advice: facts.advice,
    settle: judgement.confidence === 'certain' ? undefined : new Filled(facts.settle, evidence),
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

/** The words of `settle` with their names filled in, in the language that is asked for. */
class Filled implements Text {
  private readonly template: Text;
  private readonly sender: string;
  private readonly receiver: string;
  private readonly port: string;

  constructor(template: Text, { sender, receiver }: Evidence | FailureEvidence) {
    const server = receiver.role === 'server' ? receiver : sender;
    this.template = template;
    this.sender = sender.endpoint;
    this.receiver = receiver.endpoint;
    this.port = server.endpoint.slice(server.endpoint.lastIndexOf(':') + 1);
  }

  get en(): string {
    return this.fill(this.template.en);
  }

  get zh(): string {
    return this.fill(this.template.zh);
  }

  private fill(line: string): string {
    return line
      .replaceAll('{senderHost}', hostOf(this.sender))
      .replaceAll('{receiverHost}', hostOf(this.receiver))
      .replaceAll('{sender}', this.sender)
      .replaceAll('{receiver}', this.receiver)
      .replaceAll('{port}', this.port);
  }
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
