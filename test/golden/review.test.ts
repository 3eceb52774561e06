/**
 * What a reviewer sees of one change: a file's content is edited, a cluster grows by two engines, a service is renamed and
 * another removed. `AYS_GOLDEN=write npx vitest run test/golden` writes it anew; git shows what changed.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planIn } from '../../src/cli/views/plan-in.ts'
import { estimate } from '../../src/engine/plan/estimate.ts'
import type { PlanNotes } from '../../src/engine/plan/notes.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { golden, reviewed, root } from './golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-review-'))
const blueprint = join(folder, 'blueprints/main.yaml')
let told: { plan: Plan; notes: PlanNotes }

beforeAll(async () => {
  mkdirSync(join(folder, 'blueprints'))
  mkdirSync(join(folder, '.ays/default'), { recursive: true })
  writeFileSync(join(folder, 'ays.yaml'), 'workspace: 4f49c234-9b34-4499-99eb-08b843e171aa\n')
  writeFileSync(join(folder, '.ays/default/key'), new Uint8Array(32).fill(7), { mode: 0o600 })
  await withBlueprint('before', async (workspace) => {
    expect(await workspace.apply(await workspace.plan())).toMatchObject({ state: 'ok' })
  })
  told = await withBlueprint('after', async (workspace) => {
    const plan = await workspace.plan()
    return { plan, notes: { ...workspace.notes(plan), estimates: estimate(plan, measured, 10) } }
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In place of what this machine took, so that the page is the same every time. */
const measured = [
  { service: 'storage_engine/cache-0', template: 'storage_engine', action: 'create', ms: 4_200 },
  { service: 'unit/site', template: 'unit', action: 'update', ms: 400 },
  { service: 'unit/web', template: 'unit', action: 'remove', ms: 300 },
  { service: 'file/motd', template: 'file', action: 'update', ms: 60 },
] as unknown as Parameters<typeof estimate>[1] // addresses as literals

async function withBlueprint<T>(name: string, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  copyFileSync(join(root, 'test/golden/review', `${name}.yaml`), blueprint)
  const workspace = await openWorkspace({ folder })
  try {
    return await use(workspace)
  } finally {
    await workspace.close()
  }
}

test.each([
  ['markdown', 'comment.md'],
  ['junit', 'junit.xml'],
  ['sarif', 'ays.sarif'],
] as const)('the change as %s', async (format, file) => {
  golden(join(root, 'test/golden/review', file), await planIn(format, ...reviewed(told)))
})

test('before unfolding the comment shows the removal first, both nodes, and fits on a screen', async () => {
  const text = await planIn('markdown', told.plan, { notes: () => told.notes })
  const open = text.slice(0, text.indexOf('<details>'))
  const lines = open.split('\n').filter((line) => line !== '')
  expect(lines.find((line) => line.startsWith('- '))).toContain('**removes** `unit/reports` on `node/store2`')
  expect(open).toContain('**2 of 2 nodes** (`node/store1`, `node/store2`)')
  expect(open).toContain('`unit/web` renamed to `unit/site`')
  expect(lines.length).toBeLessThan(20)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(260)
})
