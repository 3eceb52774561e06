// Planning: `ays plan` of many new services, whole process, and how it grows.
import { join } from 'node:path'
import { measureInTurn, peakMb } from './measure.mjs'
import { worlds, writeWorkspace } from './worlds.mjs'

/** A table with one row per shape and size; sizes rise. */
export function benchPlanning({ ays, folder, sizes, times }) {
  const rows = Object.entries(worlds).flatMap(([shape, { title, blueprint }]) => {
    const programs = sizes.map((n) => ({
      n,
      argv: ays('plan', '--no-color', writeWorkspace(join(folder, `${shape}-${n}`), { 'main.yaml': blueprint(n) })),
      codes: [2],
      expect: `Plan: ${n} to create`,
    }))
    const figures = measureInTurn(programs, { times, folder })
    return programs.map(({ n, argv, codes }, i) => {
      const { ms, cpuMs } = figures[i]
      const smaller = figures[i - 1]
      return {
        world: title,
        services: n,
        ms,
        cpuMs,
        peakMb: peakMb(argv, { folder, codes }),
        timesTheSmaller: smaller ? cpuMs / smaller.cpuMs : null,
      }
    })
  })
  return {
    id: 'planning',
    title: 'Plan of new services (`ays plan`, whole process)',
    columns: {
      world: 'workspace',
      services: 'services',
      ms: 'wall ms',
      cpuMs: 'CPU ms',
      peakMb: 'peak MB',
      timesTheSmaller: '× CPU of the smaller',
    },
    rows,
    notes: [
      `Median of ${times}; sizes in turn. A plan that grows linearly is at most ${sizes.at(-1) / sizes[0]} × as dear.`,
    ],
  }
}
