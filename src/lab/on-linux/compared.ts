import type { Scenario, Variant } from '../../causes/scenario.ts';
import type { Run, RunOptions } from '../run.ts';
import { runScenario } from '../run-scenario.ts';

/** A scenario that a kernel has played, and the engine's own run of it. */
export interface Compared {
  readonly scenario: Scenario;
  readonly variant: Variant;
  /** Undefined where it takes what the engine does not speak. */
  readonly run: Run | undefined;
}

/** Has the engine play what the kernel has played, if it can. */
export const compared = (scenario: Scenario, variant: Variant, options: RunOptions): Compared => ({
  scenario,
  variant,
  run: variant.beyondEngine ? undefined : runScenario(scenario, variant, options),
});
