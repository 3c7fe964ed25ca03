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

interface Candidate {
  readonly id: CauseId;
  readonly finding: Exclude<Finding, { stands: 'impossible' }>;
}

/** `unknown` stands for the absence of all others, and is not asked. */
const ASKED: readonly Cause[] = CAUSE_IDS.filter((id) => id !== 'unknown').map((id) => CATALOGUE[id]);
const ASKED_FOR_FAILURES = ASKED.filter((cause) => cause.recogniseFailure !== undefined);

/** So many expected causes beside the first, and the first is only one of many. */
const TOO_MANY = 3;

/**
 * Asks every cause about a reset, and concludes by elimination. `first`: what was said of the
 * connection's first reset; a repetition of it may have no other cause than that one had.
 */
export function judge(e: Evidence, first: Judgement | undefined): Judgement {
  const repeated = CATALOGUE['repeated-reset'].recognise(e);
  if (repeated.stands === 'expected' && first !== undefined) return repetition(first, repeated.because);
  const standing: Candidate[] = [];
  for (const cause of ASKED) {
    const finding = cause.recognise(e);
    if (finding.stands !== 'impossible') standing.push({ id: cause.id, finding });
  }
  return conclude(standing, e.capture.whole);
}

function repetition(first: Judgement, because: readonly Observation[]): Judgement {
  const alternatives: Alternative[] = [{ cause: first.cause, confidence: 'likely' }, ...first.alternatives];
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
  if (first === undefined) return { cause: 'unknown', confidence: 'possible', alternatives: [], because: [] };
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
  const family = rootOf(first.id);
  const strangers = rivals.filter(({ id }) => rootOf(id) !== family);
  const equals = rivals.filter(({ finding }) => finding.stands === 'expected');
  if (strangers.length === 0 && equals.length === 0) return 'certain';
  return equals.length >= TOO_MANY ? 'possible' : 'likely';
}

/** Expected before possible, special before general, then the commoner in the field. */
function byStrength(a: Candidate, b: Candidate): number {
  if (a.finding.stands !== b.finding.stands) return a.finding.stands === 'expected' ? -1 : 1;
  if (isGeneralOf(a.id, b.id)) return 1;
  if (isGeneralOf(b.id, a.id)) return -1;
  return CATALOGUE[b.id].facts.frequency - CATALOGUE[a.id].facts.frequency;
}

/** Whether one cause is the general form of another. */
export function isGeneralOf(general: CauseId, special: CauseId): boolean {
  let id: CauseId | undefined = CATALOGUE[special].facts.refines;
  while (id !== undefined && id !== general) id = CATALOGUE[id].facts.refines;
  return id === general;
}

function rootOf(id: CauseId): CauseId {
  const { refines } = CATALOGUE[id].facts;
  return refines === undefined ? id : rootOf(refines);
}

const asAlternative = ({ id, finding }: Candidate): Alternative => ({
  cause: id,
  confidence: finding.stands === 'expected' ? 'likely' : 'possible',
});
