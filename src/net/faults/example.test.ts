import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from '../../../test/tree.ts';

/** What people are told to copy must run as it is, by Node alone, against what is built. */
it('examples/ways-to-be-reset.test.mjs passes under node --test', () => {
  const path = 'examples/ways-to-be-reset.test.mjs';
  const { stdout, status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', path], {
    cwd: ROOT,
    encoding: 'utf8',
    // Else it takes itself for a part of this test's runner.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
  });
  const ways = read(join(path)).match(/^meet\(/gm)?.length ?? 0;
  expect(stdout.match(/^not ok .*/gm) ?? []).toEqual([]);
  expect(stdout).toContain(`# pass ${ways}`);
  expect(status).toBe(0);
});
