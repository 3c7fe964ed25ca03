import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    // Tests that start the command line or another tool share two cores with all the others.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
