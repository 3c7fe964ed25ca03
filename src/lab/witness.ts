import type { Step } from '../causes/scenario.ts';
import type { Checker } from '../sim/checkers/checker.ts';
import type { CallRecord } from './run.ts';
import type { Stage } from './stage.ts';

/** Whoever watches a run from its first step to its last. */
export interface Witness extends Checker {
  /** `calls` grows while the run goes on. */
  begin(stage: Stage, calls: readonly CallRecord[]): void;
  /** It was carried out. */
  step(step: Step): void;
  end(): void;
}
