import type { Role, Scenario, Variant } from '../causes/scenario.ts';
import type { Violation } from '../sim/checkers/checker.ts';
import { Player } from './player.ts';
import type { Recording, Run, RunOptions } from './run.ts';
import { Stage } from './stage.ts';
import type { Witness } from './witness.ts';

/**
 * Plays a variant of a scenario on two hosts in virtual time. The same options give the same
 * captures, byte by byte. Throws where the scenario cannot be carried out, and where the engine
 * breaks a rule that holds in every run. `witness` sees all of it and changes nothing.
 */
export const runScenario = (
  scenario: Scenario,
  variant: Variant,
  options: RunOptions,
  witness?: Witness,
): Run => {
  const stage = new Stage(variant, options, witness === undefined ? [] : [witness]);
  const player = new Player(stage, (step) => witness?.step(step));
  witness?.begin(stage, player.calls);
  try {
    player.play(variant);
  } catch (error) {
    throw new Error(`${scenario.id}, ${variant.name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  witness?.end();
  const { events, violations } = stage.world;
  if (violations.length > 0) throw new Error(complaint(scenario, variant, violations));
  return {
    scenario,
    variant,
    options,
    recordings: { client: recordingAt(stage, 'client'), server: recordingAt(stage, 'server') },
    told: events,
    calls: player.calls,
  };
};

const recordingAt = (stage: Stage, role: Role): Recording => {
  const recorder = stage.recorder(role);
  return { capture: recorder.pcapng(stage.world.clock.now), resets: recorder.resets() };
};

const complaint = (
  { id }: Scenario,
  { name }: Variant,
  violations: readonly Violation[],
): string => {
  const lines = violations.map(({ atMs, checker, text }) => `${atMs} ms, ${checker}: ${text}`);
  return `${id}, ${name}: ${lines.join('; ')}`;
};
