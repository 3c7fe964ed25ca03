import type { Role, Scenario, Variant } from '../../../causes/scenario.ts';
import { SCENARIOS } from '../../../causes/scenarios.ts';
import { adjusted, isAdjusted } from '../../../lab/adjust.ts';
import { Chronicle } from '../../../lab/chronicle.ts';
import type { Moment } from '../../../lab/moment.ts';
import type { Run, RunOptions } from '../../../lab/run.ts';
import { runScenario } from '../../../lab/run-scenario.ts';
import { judge, type Judgement } from '../../../lab/truth.ts';
import type { LabState } from '../address.ts';

/** A run with all its moments, and what the detective makes of its capture. */
export interface Played {
  readonly run: Run;
  readonly moments: readonly Moment[];
  readonly isCut: boolean;
}

export interface Chosen {
  readonly scenario: Scenario;
  readonly variant: Variant;
}

/** Undefined: there is none of that name. */
export const chosenIn = (lab: Pick<LabState, 'scenario' | 'variant'>): Chosen | undefined => {
  const scenario = SCENARIOS.find(({ id }) => id === lab.scenario);
  const variant = scenario?.variants.find(({ name }) => name === lab.variant);
  return scenario === undefined || variant === undefined ? undefined : { scenario, variant };
};

/** Plays it; where that is impossible under these knobs, says why. */
export const play = ({ scenario, variant }: Chosen, lab: LabState): Played | string => {
  const chronicle = new Chronicle();
  try {
    const run = runScenario(scenario, adjusted(variant, lab), optionsOf(variant, lab), chronicle);
    return { run, moments: chronicle.moments, isCut: chronicle.isCut };
  } catch (error) {
    // Whoever turned the knobs is told; they can ask for what no scenario can do.
    return (error as Error).message;
  }
};

export const judgedAt = ({ run }: Played, at: Role): Judgement => judge(run, at);

/** What a variant leaves open is as the page has it. */
const optionsOf = (variant: Variant, lab: LabState): RunOptions => ({
  seed: lab.seed,
  family: variant.family ?? lab.family ?? 4,
  timestamps: variant.timestamps ?? lab.timestamps ?? true,
  sysctls: lab.sysctls,
  ...(lab.loss > 0 && { loss: lab.loss / 100 }),
  ...(isAdjusted(lab) && { isAdjusted: true }),
});
