import { relative } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';

/**
 * Holds a property against random inputs. A failure names the seed and the command that runs
 * exactly the same inputs again; `SEED=… RUNS=…` in the environment chooses them.
 */
export const holds = <Inputs extends [unknown, ...unknown[]]>(
  property: fc.IProperty<Inputs>,
  runs: number,
): void => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Number(process.env['RUNS'] ?? runs);
  try {
    fc.assert(property, { seed, numRuns });
  } catch (error) {
    const file = relative(process.cwd(), expect.getState().testPath ?? '');
    const replay = `SEED=${seed} RUNS=${numRuns} npx vitest run ${file}`;
    throw new Error(`${String(error)}\nReplay: ${replay}`, { cause: error });
  }
};
