import { expect, it } from 'vitest';
import { runRandomWorld } from './random-world.ts';

const SEEDS = Number(process.env['RESETLAB_SEEDS'] ?? 100);
const FIRST = Number(process.env['RESETLAB_FIRST_SEED'] ?? 1);

it(`${SEEDS} random worlds are lawful`, { timeout: SEEDS * 30_000 }, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const replay = `RESETLAB_FIRST_SEED=${seed} RESETLAB_SEEDS=1 npx vitest run src/sim/random-world.test.ts`;
    const { violations } = runRandomWorld(seed);
    expect(violations.slice(0, 10), `Replay: ${replay}`).toEqual([]);
  }
});

it('runs the same way twice, byte by byte', () => {
  const captures = () => runRandomWorld(FIRST).captures.map((each) => each.pcapng());
  expect(captures()).toEqual(captures());
});
