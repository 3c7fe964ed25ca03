import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    // Tests that start the command line or another tool share two cores with all the others.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a page is to show is waited for; a second, as by default, is nothing to a busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
