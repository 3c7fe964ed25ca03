import { CATALOGUE } from '../causes/catalogue.ts';
import type { Cause, Finding, Observation } from '../causes/cause.ts';
import type { Evidence, FailureEvidence } from '../causes/evidence.ts';
import { CAUSE_IDS, type CauseId } from '../causes/ids.ts';
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
    const finding = cause.recognise(e);
    if (finding.stands !== 'impossible') standing.push({ id: cause.id, finding });
  }
  return conclude(standing, e.capture.whole);
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
    if (finding.stands !== 'impossible') standing.push({ id: cause.id, finding });
  }
  return conclude(standing, e.capture.whole);
}

function conclude(standing: Candidate[], whole: boolean): Judgement {
  const [first, ...others] = standing.sort(byStrength);
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
  if (first.finding.stands === 'possible') return rivals.length === 0 ? 'likely' : 'possible';
  if (!whole || first.finding.because.some((observation) => !observation.supports)) return 'likely';
  const strangers = rivals.filter(({ id }) => !areFamily(id, first.id));
  const equals = rivals.filter(({ finding }) => finding.stands === 'expected');
  if (strangers.length === 0 && equals.length === 0) return 'certain';
  return equals.length >= TOO_MANY ? 'possible' : 'likely';
}

/**
 * Expected before possible; with less against it; special before general; with a trace of its own;
 * then the commoner in the field.
 */
function byStrength(a: Candidate, b: Candidate): number {
  if (a.finding.stands !== b.finding.stands) return a.finding.stands === 'expected' ? -1 : 1;
  const doubt = doubtsIn(a) - doubtsIn(b);
  if (doubt !== 0) return doubt;
  if (isGeneralOf(a.id, b.id)) return 1;
  if (isGeneralOf(b.id, a.id)) return -1;
  if (a.finding.stands === 'expected') {
    const trace = Number(hasOwnTrace(b.id)) - Number(hasOwnTrace(a.id));
    if (trace !== 0) return trace;
  }
  return CATALOGUE[b.id].facts.frequency - CATALOGUE[a.id].facts.frequency;
}

const doubtsIn = ({ finding }: Candidate): number =>
  finding.because.filter((observation) => !observation.supports).length;

const hasOwnTrace = (id: CauseId): boolean => (CATALOGUE[id] as Cause).particular === true;

/** The general forms of a cause, nearest first; none for a cause that is general itself. */
function generalsOf(id: CauseId): readonly CauseId[] {
  const { refines } = CATALOGUE[id].facts;
  const nearest: readonly CauseId[] =
    refines === undefined ? [] : typeof refines === 'string' ? [refines] : refines;
  return [...nearest, ...nearest.flatMap(generalsOf)];
}

const GENERALS = new Map(CAUSE_IDS.map((id) => [id, new Set(generalsOf(id))]));

/** Whether one cause is a general form of another. */
export const isGeneralOf = (general: CauseId, special: CauseId): boolean =>
  GENERALS.get(special)!.has(general);

/** One is a general form of the other, or both are special forms of the same. */
function areFamily(a: CauseId, b: CauseId): boolean {
  const ofA = new Set([a, ...GENERALS.get(a)!]);
  return [b, ...GENERALS.get(b)!].some((id) => ofA.has(id));
}

const asAlternative = ({ id, finding }: Candidate): Alternative => ({
  cause: id,
  confidence: finding.stands === 'expected' ? 'likely' : 'possible',
});
