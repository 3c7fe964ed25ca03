import { CATALOGUE } from '../causes/catalogue.ts';
import type { Cause, Finding, Observation } from '../causes/cause.ts';
import type { Evidence, FailureEvidence } from '../causes/evidence.ts';
import { CAUSE_IDS, type CauseId } from '../causes/ids.ts';
import { doubtedByOtherEnd, ruledOutByOtherEnd, seenAtOtherEnd } from '../causes/other-end.ts';
import type { Alternative, Confidence } from './verdict.ts';

/** The judge's word: the cause, how sure, what else it may be, and why. */
export interface Judgement {
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly alternatives: readonly Alternative[];
  readonly because: readonly Observation[];
}

/** What must be remembered of a connection's first judgement for its repetitions. */
export type FirstWord = Pick<Judgement, 'cause' | 'alternatives'>;

interface Candidate {
  readonly id: CauseId;
  readonly finding: Exclude<Finding, { stands: 'impossible' }>;
  readonly isExpected: boolean;
  /** Observations that speak against it. */
  readonly doubts: number;
}

/** `unknown` stands for the absence of all others, and is not asked. */
const ASKED: readonly Cause[] = CAUSE_IDS.filter((id) => id !== 'unknown').map(
  (id) => CATALOGUE[id],
);
const ASKED_FOR_FAILURES = ASKED.filter((cause) => cause.recogniseFailure !== undefined);

/** So many expected causes beside the first, and the first is only one of many. */
const TOO_MANY = 3;

/**
 * Asks every cause about a reset, and concludes by elimination. `first`: what was said of the
 * connection's first reset; a repetition of it may have no other cause than that one had.
 */
export function judge(e: Evidence, first: FirstWord | undefined): Judgement {
  const repeated = CATALOGUE['repeated-reset'].recognise(e);
  if (repeated.stands === 'expected' && first !== undefined)
    return repetition(first, repeated.because);
  const standing: Candidate[] = [];
  for (const cause of ASKED) {
    if (ruledOutByOtherEnd(cause.id, cause.facts, e) !== undefined) continue;
    const finding = cause.recognise(e);
    if (finding.stands === 'impossible') continue;
    standing.push(candidate(cause.id, doubtedByOtherEnd(cause.facts, e, finding)));
  }
  const judgement = conclude(standing, e.capture.whole);
  const there = seenAtOtherEnd(e);
  return there.length === 0
    ? judgement
    : { ...judgement, because: [...judgement.because, ...there] };
}

function candidate(id: CauseId, finding: Candidate['finding']): Candidate {
  let doubts = 0;
  for (const { supports } of finding.because) if (!supports) doubts++;
  return { id, finding, isExpected: finding.stands === 'expected', doubts };
}

function repetition(first: FirstWord, because: readonly Observation[]): Judgement {
  const alternatives: Alternative[] = [
    { cause: first.cause, confidence: 'likely' },
    ...first.alternatives,
  ];
  return { cause: 'repeated-reset', confidence: 'likely', alternatives, because };
}

/** The same for a connection that broke without a reset. */
export function judgeFailure(e: FailureEvidence): Judgement {
  const standing: Candidate[] = [];
  for (const cause of ASKED_FOR_FAILURES) {
    const finding = cause.recogniseFailure!(e);
    if (finding.stands !== 'impossible') standing.push(candidate(cause.id, finding));
  }
  return conclude(standing, e.capture.whole);
}

function conclude(standing: Candidate[], whole: boolean): Judgement {
  const [first, ...others] = standing.toSorted(byStrength);
  if (first === undefined)
    return { cause: 'unknown', confidence: 'possible', alternatives: [], because: [] };
  const rivals = others.filter(({ id }) => !isGeneralOf(id, first.id));
  return {
    cause: first.id,
    confidence: confidenceIn(first, rivals, whole),
    alternatives: rivals.map(asAlternative),
    because: first.finding.because,
  };
}

/**
 * Certain: expected, on whole evidence, and all that could stand beside it are its own special
 * forms, none of them expected. (RFC-conform ends only: a forger who copies everything is beyond
 * any capture's knowledge.)
 */
function confidenceIn(first: Candidate, rivals: readonly Candidate[], whole: boolean): Confidence {
  if (!first.isExpected) return rivals.length === 0 ? 'likely' : 'possible';
  if (!whole || first.doubts > 0) return 'likely';
  if (first.id === SAYS_WHAT_IT_DID) return 'certain';
  const equals = rivals.filter(({ isExpected }) => isExpected).length;
  if (equals === 0 && rivals.every(({ id }) => areFamily(id, first.id))) return 'certain';
  return equals >= TOO_MANY ? 'possible' : 'likely';
}

/** Tells a reset's effect, which no word on its sender gainsays. */
const SAYS_WHAT_IT_DID: CauseId = 'reset-ignored';

/**
 * Expected before possible; with less against it; if expected, with a trace of its own; then the
 * commoner in the field, where a special form counts as common as its general one and goes first.
 */
function byStrength(a: Candidate, b: Candidate): number {
  if (a.isExpected !== b.isExpected) return a.isExpected ? -1 : 1;
  if (a.doubts !== b.doubts) return a.doubts - b.doubts;
  const [rankOfA, rankOfB] = [RANKS[a.id], RANKS[b.id]];
  return a.isExpected && rankOfA.trace !== rankOfB.trace
    ? rankOfB.trace - rankOfA.trace
    : rankOfB.frequency - rankOfA.frequency;
}

/** The general forms of a cause, nearest first; none for a cause that is general itself. */
function generalsOf(id: CauseId): readonly CauseId[] {
  const { refines } = CATALOGUE[id].facts;
  const nearest: readonly CauseId[] =
    refines === undefined ? [] : typeof refines === 'string' ? [refines] : refines;
  return [...nearest, ...nearest.flatMap(generalsOf)];
}

const GENERALS = new Map(CAUSE_IDS.map((id) => [id, new Set(generalsOf(id))]));

/** What orders causes between which the evidence does not decide. */
const RANKS = Object.fromEntries(
  CAUSE_IDS.map((id) => [
    id,
    { trace: Number((CATALOGUE[id] as Cause).particular === true), frequency: frequencyRank(id) },
  ]),
) as Readonly<Record<CauseId, { readonly trace: number; readonly frequency: number }>>;

/** The frequency of the commonest of its general forms decides; then special before general; then its own. */
function frequencyRank(id: CauseId): number {
  const { frequency } = CATALOGUE[id].facts;
  const generals = generalsOf(id);
  const common = Math.max(
    frequency,
    ...generals.map((general) => CATALOGUE[general].facts.frequency),
  );
  return common * 100 + (generals.length > 0 ? 10 : 0) + frequency;
}

/** Whether one cause is a general form of another. */
const isGeneralOf = (general: CauseId, special: CauseId): boolean =>
  GENERALS.get(special)!.has(general);

/** One is a general form of the other, or both are special forms of the same. */
function areFamily(a: CauseId, b: CauseId): boolean {
  const ofA = new Set([a, ...GENERALS.get(a)!]);
  return [b, ...GENERALS.get(b)!].some((id) => ofA.has(id));
}

const asAlternative = ({ id, isExpected }: Candidate): Alternative => ({
  cause: id,
  confidence: isExpected ? 'likely' : 'possible',
});
