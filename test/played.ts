import type { Role, Variant } from '../src/causes/scenario.ts';
import { SCENARIOS } from '../src/causes/scenarios.ts';
import type { LadderRow } from '../src/forensics/verdict.ts';
import { ladderOf } from '../src/lab/detective.ts';
import type { Run, RunOptions } from '../src/lab/run.ts';
import { runScenario } from '../src/lab/run-scenario.ts';
import type { ResetEvent, ResetSent } from '../src/tcp/reset-event.ts';
import { RST } from '../src/wire/packet.ts';

/** Scenarios that were played, and what to ask of them. */

const variantOf = (id: string, name: string): Variant => {
  const variant = SCENARIOS.find((one) => one.id === id)?.variants.find((one) => one.name === name);
  if (variant === undefined) throw new Error(`no scenario ${id}, ${name}`);
  return variant;
};

export const play = (id: string, name: string, how: Partial<RunOptions> = {}): Run => {
  const scenario = SCENARIOS.find((one) => one.id === id)!;
  const variant = variantOf(id, name);
  const { family = 4, timestamps = true } = variant;
  return runScenario(scenario, variant, { seed: 1, family, timestamps, sysctls: [], ...how });
};

/** `read: EOF`, of one socket, in order. */
export const told = (run: Run, socket: string): string[] =>
  run.calls
    .filter((one) => one.socket === socket)
    .map(({ call, outcome }) => `${call}: ${outcome}`);

/** Segments of the capture's first connection. */
export const rowsAt = (run: Run, at: Role, connection = 1): LadderRow[] =>
  (ladderOf(run.recordings[at].capture, connection)?.rows ?? []).filter((row) => 'frame' in row);

export const has = (row: LadderRow, flags: number): boolean => (row.flags & flags) === flags;

export const resets = (rows: readonly LadderRow[]): LadderRow[] =>
  rows.filter((row) => has(row, RST));

export const sent = (run: Run): ResetSent[] =>
  run.told.flatMap(({ event }) => (event.kind === 'sent' ? [event] : []));

export const causes = (run: Run): string[] => sent(run).map(({ cause }) => cause);

export const kinds = (run: Run, who: Role): ResetEvent['kind'][] =>
  run.told.filter((one) => one.who === who).map(({ event }) => event.kind);
