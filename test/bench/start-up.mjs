// Start-up: what every command pays before it does anything, beside node itself.
import { join } from 'node:path'
import { measureInTurn } from './measure.mjs'
import { writeWorkspace } from './worlds.mjs'

export function benchStartUp({ ays, folder, times }) {
  const empty = writeWorkspace(join(folder, 'empty'), {})
  const programs = [
    { what: '`node -e 0`', argv: [process.execPath, '-e', '0'] },
    { what: '`ays --version`', argv: ays('--version') },
    { what: '`ays validate` of an empty workspace', argv: ays('validate', empty) },
    { what: '`ays plan` of an empty workspace', argv: ays('plan', '--no-color', empty) },
  ]
  const figures = measureInTurn(programs, { times, folder })
  const rows = programs.map(({ what }, i) => ({
    what,
    ms: figures[i].ms,
    cpuMs: figures[i].cpuMs,
    timesNode: figures[i].cpuMs / figures[0].cpuMs,
  }))
  return {
    id: 'start-up',
    title: 'Start-up',
    columns: { what: 'program', ms: 'wall ms', cpuMs: 'CPU ms', timesNode: '× CPU of node' },
    rows,
    notes: [`Median of ${times}; programs in turn.`],
  }
}
