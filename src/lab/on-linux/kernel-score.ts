import { CATALOGUE } from '../../causes/catalogue.ts';
import type { CauseId } from '../../causes/ids.ts';
import type { Scenario, Variant } from '../../causes/scenario.ts';
import type { Text } from '../../causes/text.ts';
import { ROLES, type RunOptions } from '../run.ts';
import { waysToPlay } from '../score.ts';
import type { Finding, Judgement } from '../truth.ts';
import { amongOthers } from './among-others.ts';
import { compared } from './compared.ts';
import { type Difference, differences } from './differences.ts';
import { type From, judgeKernel } from './judge-kernel.ts';
import type { KernelRun, Place } from './kernel-run.ts';
import { reasonFor } from './known-differences.ts';

/** Plays a variant on a real kernel. */
export type Play = (
  variant: Variant,
  options: RunOptions,
  places: readonly Place[],
) => Promise<KernelRun>;

/** One run on the kernel, held against the scenario, the engine and the detective. */
export interface KernelMark {
  readonly scenario: string;
  readonly variant: string;
  readonly makes: CauseId | 'none';
  readonly options: RunOptions;
  /** Calls that gave something else than the scenario says of Linux. */
  readonly unlikeScenario: readonly string[];
  readonly differences: readonly (Difference & { readonly why: Text | undefined })[];
  readonly views: readonly View[];
}

/** What the detective made of one capture. */
export interface View {
  readonly place: Place;
  readonly from: From;
  readonly judgement: Judgement;
}

const PLACES: readonly Place[] = ['client', 'server', 'any'];

/** One run of the score. */
export interface Order {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly options: RunOptions;
}

const SEED = 1;

/** Everything to be played: each variant that Linux can do, in every way; what takes long comes first. */
export const ordersFor = (scenarios: readonly Scenario[]): readonly Order[] =>
  scenarios
    .flatMap((scenario) => scenario.variants.map((variant) => ({ scenario, variant })))
    .filter(({ variant }) => variant.beyondLinux !== true)
    .toSorted((a, b) => waitingMs(b.variant) - waitingMs(a.variant))
    .flatMap((order) => waysToPlay(order.variant, SEED).map((options) => ({ ...order, options })));

const waitingMs = ({ steps }: Variant): number =>
  steps.reduce((sum, step) => sum + (step.do === 'wait' ? step.ms : 0), 0);

/** Holds a run on the kernel against the scenario, the engine's run of it, and the detective. */
const mark = ({ scenario, variant, options }: Order, kernel: KernelRun): KernelMark => {
  const both = compared(scenario, variant, options);
  const found = ROLES.flatMap((at) => differences(both, kernel, at));
  return {
    scenario: scenario.id,
    variant: variant.name,
    makes: variant.makes,
    options,
    unlikeScenario: [...callsUnlike(kernel), ...(both.run ? [] : reasonsUnlike(variant, kernel))],
    differences: unlike(found).map((one) => ({
      ...one,
      why: reasonFor(scenario.id, variant.name, one),
    })),
    views: PLACES.flatMap((place) =>
      FROM.map((from) => ({ place, from, judgement: judgeKernel(both, kernel, place, from) })),
    ),
  };
};

const callsUnlike = ({ calls }: KernelRun): readonly string[] =>
  calls
    .filter(({ expected, outcome }) => expected !== undefined && expected !== outcome)
    .map(({ call, socket, expected, outcome }) => `${call} ${socket}: ${outcome}, not ${expected}`);

/** Without the engine's word, the kernel's must bear out that each reset is what the scenario makes. */
const reasonsUnlike = ({ makes }: Variant, { kernel }: KernelRun): readonly string[] => {
  if (makes === 'none') return kernel.map(({ reason }) => `a reset, ${reason}`);
  const linuxReasons: readonly string[] = CATALOGUE[makes].facts.linuxReasons;
  return kernel
    .filter(({ by, reason }) => by !== 'router' && !linuxReasons.includes(reason))
    .map(({ reason }) => `a reset for ${reason}, which is not ${makes}`);
};

const FROM: readonly From[] = ['the beginning', 'the middle'];

/** Each once: what applications were told shows at both ends. */
const unlike = (found: readonly Difference[]): readonly Difference[] => [
  ...new Map(found.map((one) => [JSON.stringify(one), one])).values(),
];

/** The cause stands first, or one does that leaves the same packets. */
export const isFirst = ({ truth }: Judgement, { first, verdict, named }: Finding): boolean => {
  if (first || verdict === undefined) return first;
  const { sameWire, follows, right } = truth;
  return named && [...sameWire, ...follows, ...right].includes(verdict.cause);
};

/**
 * Plays all orders among ordinary connections, so many at a time, and tells of each, or why it could
 * not be played. What goes wrong is played once more, and then once more alone: real processes on a
 * busy machine may be late, and what is not their lateness goes wrong each time.
 */
export const markAll = async (
  orders: readonly Order[],
  atATime: number,
  play: Play,
  told: (order: Order, mark: KernelMark | Error) => void,
): Promise<void> => {
  const amid = orders.map((order) => ({ ...order, variant: amongOthers(order.variant) }));
  let left: readonly Order[] = amid;
  let failed: readonly Marked[] = [];
  for (const jobs of [atATime, atATime, 1]) {
    const marked = await playAndMark(left, jobs, play);
    for (const [order, outcome] of marked) if (isClean(outcome)) told(order, outcome);
    failed = marked.filter(([, outcome]) => !isClean(outcome));
    left = failed.map(([order]) => order);
  }
  for (const [order, outcome] of failed) told(order, outcome);
};

type Marked = readonly [Order, KernelMark | Error];

/** All are played before the first is looked at: to judge takes time, and cables must not wait. */
const playAndMark = async (
  orders: readonly Order[],
  atATime: number,
  play: Play,
): Promise<readonly Marked[]> => {
  const played: (readonly [Order, KernelRun | Error])[] = [];
  const left = [...orders];
  const work = async (): Promise<void> => {
    for (let order = left.shift(); order !== undefined; order = left.shift()) {
      played.push([order, await outcomeOf(play(order.variant, order.options, PLACES))]);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return played.map(([order, kernel]) => [
    order,
    kernel instanceof Error ? kernel : mark(order, kernel),
  ]);
};

const outcomeOf = async (playing: Promise<KernelRun>): Promise<KernelRun | Error> => {
  try {
    return await playing;
  } catch (error) {
    return error as Error;
  }
};

const isClean = (outcome: KernelMark | Error): outcome is KernelMark =>
  !(outcome instanceof Error) &&
  outcome.unlikeScenario.length === 0 &&
  outcome.differences.every(({ why }) => why !== undefined);
