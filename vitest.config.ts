import { defineConfig } from 'vitest/config'

/** Two projects: what runs in this process, and what drives the built `ays` on real nodes. */
export default defineConfig({
  test: {
    // The counting reporter joins only where `npm test` asks for it: a single file is run with vitest's own output.
    reporters: process.env.AYS_TEST_SUMMARY ? ['default', './scripts/count-reporter.mjs'] : ['default'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/bench/**', '**/node_modules/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // Two cores: more workers only take turns.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/bench/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          // Each file makes nodes of its own, and they share two cores.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
