import { defineConfig } from 'vitest/config'

/** Kinds that need a running systemd: their tests share one lab node. */
const onSystemd = ['test/sal/systemd/real.test.ts', 'test/sal/apt/daemon.test.ts', 'test/sal/network/boot.test.ts']

/** Three projects: what runs in this process, kinds on a node with systemd, and what drives the built `ays` on real nodes. */
export default defineConfig({
  test: {
    // The counting reporter joins only where `npm test` asks for it: a single file is run with vitest's own output.
    reporters: process.env.AYS_TEST_SUMMARY ? ['default', './scripts/count-reporter.mjs'] : ['default'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/bench/**', ...onSystemd, '**/node_modules/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // Two cores: more workers only take turns.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'systemd',
          include: onSystemd,
          globalSetup: ['test/sal/systemd-node.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
