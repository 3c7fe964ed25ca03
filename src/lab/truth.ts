import { CATALOGUE } from '../causes/catalogue.ts';
import type { CauseFacts } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Role, Variant } from '../causes/scenario.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { investigate } from './detective.ts';
import type { Run } from './run.ts';

/** What is true of a run, seen from one end: what the scenario means, and what is no mistake. */
export interface Truth {
  readonly makes: CauseId | 'none';
  /** Right for the first thing that went wrong. */
  readonly right: readonly CauseId[];
  readonly sameWire: readonly CauseId[];
  /** Right for anything after it. */
  readonly follows: readonly CauseId[];
  readonly lookalikes: readonly CauseId[];
}

/** One reset or failure, with what each side says of it. */
export interface Finding {
  readonly frame: number;
  /** Why it was sent, by whoever sent it; undefined for a failure, which has no reset. */
  readonly cause: CauseId | undefined;
  /** What the detective says; undefined if nothing. */
  readonly verdict: Verdict | undefined;
  /** The true cause is among those that the verdict holds. */
  readonly named: boolean;
  /**
   * It is not, but what stands first leaves the same packets here: nobody could tell from this
   * capture alone.
   */
  readonly sameWire: boolean;
  /** It stands first there. */
  readonly first: boolean;
  /** Sure of what is false. */
  readonly certainlyWrong: boolean;
}

/** What a capture at one end shows, held against the truth. */
export interface Judgement {
  readonly at: Role;
  readonly truth: Truth;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  /** Look-alikes that some verdict puts first. */
  readonly mistaken: readonly CauseId[];
}

export const truthAt = (variant: Variant, at: Role): Truth => {
  const { makes, sameWire = [] } = { ...variant, ...variant.seenAt?.[at] };
  const { knownAs, follows = [], lookalikes } = variant;
  // What a host knows of its own reset goes with what the scenario makes of it, not with another view.
  const special = makes === variant.makes && knownAs !== undefined ? [knownAs] : [];
  const right = makes === 'none' ? [] : [makes, ...special];
  return { makes, right, sameWire, follows, lookalikes };
};

/** All that a cause is a special form of. */
const generalsOf = (id: CauseId): readonly CauseId[] => {
  const { refines = [] }: CauseFacts = CATALOGUE[id].facts;
  const nearest = typeof refines === 'string' ? [refines] : refines;
  return [...nearest, ...nearest.flatMap(generalsOf)];
};

/** The same cause, or a general or special form of it. */
const isKin = (a: CauseId, b: CauseId): boolean =>
  a === b || generalsOf(a).includes(b) || generalsOf(b).includes(a);

const isKinOfOne = (cause: CauseId, others: readonly CauseId[]): boolean =>
  others.some((other) => isKin(cause, other));

/** A general form of what is true is true; a special form that nobody knows of is not. */
const isTrue = (cause: CauseId, truths: readonly CauseId[]): boolean =>
  truths.some((true_) => true_ === cause || generalsOf(true_).includes(cause));

/** Whether what a host told as its cause is what the scenario makes, or comes after it. */
export const isAsMeant = (cause: CauseId, variant: Variant): boolean => {
  const { makes, knownAs, follows = [], seenAt = {} } = variant;
  const elsewhere = Object.values(seenAt).map((seen) => seen.makes);
  const meant = [makes, knownAs, ...elsewhere, ...follows].filter(
    (id) => id !== undefined && id !== 'none',
  );
  return isKinOfOne(cause, meant);
};

/** A capture, and why each reset in it was sent, by whoever knows best. */
export interface Exhibit {
  readonly capture: Uint8Array;
  readonly resets: readonly KnownReset[];
}

export interface KnownReset {
  readonly frame: number;
  readonly cause: CauseId;
}

/** Shows the capture of one end to the detective, who has seen nothing else. */
export const judge = ({ variant, recordings }: Run, at: Role): Judgement =>
  judgeExhibit(variant, recordings[at], at);

/** The same of a capture that was taken elsewhere. */
export const judgeExhibit = (
  variant: Variant,
  { capture, resets }: Exhibit,
  at: Role,
): Judgement => {
  const truth = truthAt(variant, at);
  const { verdicts } = investigate(capture);
  const causes = new Map(resets.map(({ frame, cause }) => [frame, cause]));
  const frames = new Set([...causes.keys(), ...verdicts.map(({ frame }) => frame)]);
  const findings = [...frames]
    .toSorted((a, b) => a - b)
    .map((frame) => {
      const verdict = verdicts.find((one) => one.frame === frame);
      return findingOf(frame, causes.get(frame), verdict, truth);
    });
  const firsts = new Set(verdicts.map(({ cause }) => cause));
  const mistaken = truth.lookalikes.filter((cause) => firsts.has(cause));
  return { at, truth, verdicts, findings, mistaken };
};

export const findingOf = (
  frame: number,
  cause: CauseId | undefined,
  verdict: Verdict | undefined,
  truth: Truth,
): Finding => {
  const right = cause === undefined ? truth.right : [cause, ...specialOf(cause, truth)];
  const held = verdict === undefined ? [] : [verdict.cause, ...others(verdict)];
  const allowed = [...right, ...truth.right, ...truth.follows];
  const named = held.some((one) => isKinOfOne(one, right));
  const alike = [...truth.sameWire, ...truth.right];
  return {
    frame,
    cause,
    verdict,
    named,
    sameWire: !named && verdict !== undefined && isKinOfOne(verdict.cause, alike),
    first: verdict !== undefined && isKinOfOne(verdict.cause, right),
    certainlyWrong: verdict?.confidence === 'certain' && !isTrue(verdict.cause, allowed),
  };
};

/** What the scenario makes of a cause that a host knows by its general name. */
const specialOf = (cause: CauseId, { right }: Truth): readonly CauseId[] =>
  right.includes(cause) ? right : [];

export const others = ({ alternatives }: Verdict): readonly CauseId[] =>
  alternatives.map((one) => one.cause);
