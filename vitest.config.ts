import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests that start the command line or another tool share two cores with the rest.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
