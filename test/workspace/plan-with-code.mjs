// Plans workspaces with the built library, outside of the test runner, whose imports know no module hooks on Node 20.
// Prints, per folder, the things of its plan or its problems. A template's `next.mjs` takes its place for a second plan.
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { openWorkspace, problemLine } from '../../dist/index.js'

async function planned(folder) {
  const workspace = await openWorkspace({ folder })
  try {
    const { problems } = await workspace.validate()
    if (problems.length > 0) return problems.map(problemLine)
    return (await workspace.plan()).services.flatMap((service) => service.tasks.map((task) => task.thing))
  } finally {
    await workspace.close()
  }
}

const results = []
for (const folder of process.argv.slice(2)) {
  const lines = await planned(folder)
  const next = join(folder, 'templates/hello/next.mjs')
  if (existsSync(next)) {
    renameSync(next, join(folder, 'templates/hello/template.mjs'))
    lines.push(...(await planned(folder)))
  }
  results.push(lines)
}
process.stdout.write(JSON.stringify(results))
