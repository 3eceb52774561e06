import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openWorkspace } from '../../src/workspace.ts'
vi.stubEnv('DNS_KEY', 'c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM=')
test.each(readdirSync('examples'))('%s', async (name) => {
  const workspace = await openWorkspace({ folder: join('examples', name), states: '/tmp/why-none', vars: name==='catalogue'?{machine:'10.0.0.7'}:name==='fleet'?{size:'3'}:{} })
  const plan = await workspace.plan({ refresh: false })
  console.log(name, plan.counts, JSON.stringify(await workspace.simulate(plan), null, 1))
  await workspace.close()
})
