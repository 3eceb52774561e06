// Views: a plan of many changes in each form, in one process, with the notes (why, how long, ways back) made anew.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from './measure.mjs'
import { worlds, writeWorkspace } from './worlds.mjs'

const forms = ['text', 'json', 'markdown', 'html', 'sarif', 'junit']

/** A table with one row per form. */
export async function benchViews({ root, folder, size, times }) {
  const { openWorkspace, planIn } = await import(pathToFileURL(join(root, 'dist/index.js')).href)
  const at = writeWorkspace(join(folder, 'views'), { 'main.yaml': worlds.nodes.blueprint(size) })
  const workspace = await openWorkspace({ folder: at })
  const rows = []
  try {
    const plan = await workspace.plan({ refresh: false })
    for (const form of forms) {
      const runs = []
      let bytes = 0
      for (let i = 0; i < times; i++) {
        const [began, used] = [performance.now(), process.cpuUsage()]
        bytes = Buffer.byteLength(await planIn(form, plan, { notes: () => workspace.notes(plan) }))
        const { user, system } = process.cpuUsage(used)
        runs.push({ ms: performance.now() - began, cpuMs: (user + system) / 1_000 })
      }
      rows.push({
        form,
        changes: size,
        ms: median(runs.map((run) => run.ms)),
        cpuMs: median(runs.map((run) => run.cpuMs)),
        bytes,
      })
    }
  } finally {
    await workspace.close()
  }
  return {
    id: 'views',
    title: `A plan of ${size.toLocaleString('en')} changes in each form`,
    columns: { form: '`--format`', changes: 'changes', ms: 'wall ms', cpuMs: 'CPU ms', bytes: 'bytes' },
    rows,
    notes: [`Median of ${times}, in one process, after planning. Markdown is cut to what a comment may hold.`],
  }
}
