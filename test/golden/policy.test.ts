/**
 * A plan that policy.yaml denies, as people and machines see it. `AYS_GOLDEN=write npx vitest run test/golden` writes it
 * anew; git shows what changed.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { planIn } from '../../src/cli/views/plan-in.ts'
import type { PlanNotes } from '../../src/engine/plan/notes.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { golden, reviewed, root } from './golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'ays-policy-golden-'))
const SATURDAY = Date.UTC(2026, 0, 10, 12)
let told: { plan: Plan; notes: PlanNotes }

const before = `node.sim__store: {}
file__motd: { node: store, path: /etc/motd, content: hello }
unit__web: { node: store, exec: /usr/bin/web }
unit__reports: { node: store, exec: /usr/bin/reports, $tags: [keep] }
`
const after = before.replace(/unit__reports.*\n/, '').replace('/usr/bin/web', '/usr/bin/web --quiet')

beforeAll(async () => {
  mkdirSync(join(folder, 'blueprints'))
  mkdirSync(join(folder, '.ays/default'), { recursive: true })
  writeFileSync(join(folder, 'ays.yaml'), 'workspace: 4f49c234-9b34-4499-99eb-08b843e171aa\n')
  writeFileSync(join(folder, '.ays/default/key'), new Uint8Array(32).fill(7), { mode: 0o600 })
  await withBlueprint(before, async (workspace) => {
    expect(await workspace.apply(await workspace.plan())).toMatchObject({ state: 'ok' })
  })
  copyFileSync(join(root, 'test/golden/policy/policy.yaml'), join(folder, 'policy.yaml'))
  told = await withBlueprint(after, async (workspace) => {
    const plan = await workspace.plan()
    const { estimates, ...notes } = workspace.notes(plan)
    // What this machine took is left out.
    const unmeasured = { ...estimates, services: {}, unmeasured: 2, downtime: { services: 1, unmeasured: 1 } }
    const { ms: _, ...none } = unmeasured
    return { plan, notes: { ...notes, estimates: none } }
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function withBlueprint<T>(text: string, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  writeFileSync(join(folder, 'blueprints/main.yaml'), text)
  const ahead = SATURDAY - systemClock.now()
  const workspace = await openWorkspace({
    folder,
    clock: { ...systemClock, now: () => systemClock.now() + ahead },
  })
  try {
    return await use(workspace)
  } finally {
    await workspace.close()
  }
}

test.each([
  ['text', 'policy/plan.txt'],
  ['markdown', 'policy/comment.md'],
  ['junit', 'policy/junit.xml'],
  ['sarif', 'policy/ays.sarif'],
  ['json', 'policy.json'],
] as const)('the denied plan as %s', async (format, file) => {
  golden(join(root, 'test/golden', file), await planIn(format, ...reviewed(told)))
})

test('every form names both rules that deny it', async () => {
  for (const format of ['text', 'markdown', 'html', 'junit', 'sarif', 'json'] as const) {
    const text = await planIn(format, told.plan, { notes: () => told.notes })
    expect(text, format).toContain('Nothing is removed on a sat')
    expect(text, format).toContain('and would go (remove)')
    expect(text, format).toContain('POLICY_DENIED')
  }
})
