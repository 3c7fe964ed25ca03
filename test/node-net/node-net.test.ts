import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
// @ts-expect-error A program without types.
import { runTests as runUntyped, testsIn as findUntyped } from './run.mjs';

interface NodeTest {
  readonly name: string;
  readonly kind: string;
}

interface Kept {
  readonly tests: Record<string, { readonly verdict: 'pass' | 'fail'; readonly reason?: string }>;
}

const testsIn = findUntyped as (directory: string) => NodeTest[];
const runTests = runUntyped as (
  tests: NodeTest[],
) => Promise<Map<string, { readonly passed: boolean; readonly told: string }>>;

const HERE = fileURLToPath(new URL('.', import.meta.url));
const kept = JSON.parse(readFileSync(join(HERE, 'verdicts.json'), 'utf8')) as Kept;
const directory = process.env['RESETLAB_NODE_TESTS'];
const isThere = directory !== undefined && existsSync(join(directory, 'common/index.js'));
if (!isThere) {
  console.log("skipped: Node's own tests of node:net; RESETLAB_NODE_TESTS names no copy of them");
}

describe("Node's own tests of node:net on our TCP", () => {
  it('at least 100 pass, and each that fails says why', () => {
    const entries = Object.values(kept.tests);
    expect(entries.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThanOrEqual(100);
    for (const [name, { verdict, reason }] of Object.entries(kept.tests)) {
      if (verdict === 'fail') expect(reason, name).toMatch(/^(?!NOT REVIEWED).{20,}/);
    }
  });

  it.skipIf(!isThere)('come out as kept in verdicts.json', { timeout: 600_000 }, async () => {
    const plain = testsIn(directory!).filter(({ kind }) => kind === 'plain');
    const verdicts = await runTests(plain);
    const different = plain
      .filter(({ name }) => verdicts.get(name)?.passed !== (kept.tests[name]?.verdict === 'pass'))
      .map(({ name }) => `${name}: ${verdicts.get(name)?.told}`);
    expect(different).toEqual([]);
    expect(plain.map(({ name }) => name).toSorted()).toEqual(Object.keys(kept.tests));
  });
});
