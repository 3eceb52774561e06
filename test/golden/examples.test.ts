/**
 * The plan of every example, as a person reviews it: the text beside the example, the data in test/golden/, the graph
 * in the example's README. `AYS_GOLDEN=write npx vitest run test/golden` writes them anew; git shows what changed.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isMap, parseDocument } from 'yaml'
import { graphMermaid } from '../../src/cli/views/graph.ts'
import { planJson } from '../../src/cli/views/json.ts'
import { planView } from '../../src/cli/views/plan.ts'
import { planIn } from '../../src/cli/views/plan-in.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { golden, portable, reviewed, root } from './golden.ts'

const examples = join(root, 'examples')
const folder = mkdtempSync(join(tmpdir(), 'ays-golden-'))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** What is given with an example, so that a plan fits on a few pages. */
const vars: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  catalogue: { machine: '10.0.0.7' },
  fleet: { size: '3' },
}

/** Secrets that examples take from the environment. */
beforeAll(() => void vi.stubEnv('DNS_KEY', 'c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM='))

/** Examples with nodes that are made here: without Linux and root their plan is a refusal. */
const needsLab: readonly string[] = ['quickstart', 'web']

describe.each(readdirSync(examples).sort())('examples/%s', (name) => {
  test('plans what its golden plan says, and draws the graph of its README', async (ctx) => {
    if (needsLab.includes(name) && !(process.platform === 'linux' && process.getuid?.() === 0))
      ctx.skip('needs root on Linux: it makes lab nodes')
    const workspace = await open(name)
    try {
      // No node is asked: each counts as bare, so the plan is the same on every machine.
      const plan = await workspace.plan({ refresh: false })
      const { graph } = await workspace.validate()
      const readme = join(examples, name, 'README.md')
      golden(join(examples, name, 'plan.golden.txt'), `${planView(plan, { color: false, width: 120 })}\n`)
      golden(join(root, 'test/golden', `${name}.json`), `${JSON.stringify(portable(planJson(plan)), null, 2)}\n`)
      const told = { plan, notes: workspace.notes(plan) }
      golden(join(root, 'test/golden', `${name}.md`), await planIn('markdown', ...reviewed(told)))
      golden(readme, withGraph(readFileSync(readme, 'utf8'), graphMermaid(graph)))
    } finally {
      await workspace.close()
    }
  })

  test('plans the same when every field of every service is ignored: nothing was applied yet', async (ctx) => {
    if (needsLab.includes(name) && !(process.platform === 'linux' && process.getuid?.() === 0))
      ctx.skip('needs root on Linux: it makes lab nodes')
    const [usual, ignoring] = [await open(name), await open(name)]
    try {
      ignoreAll(ignoring)
      const [one, other] = await Promise.all([usual, ignoring].map((each) => each.plan({ refresh: false })))
      const told = (plan: Plan | undefined) =>
        plan?.services.map(({ address, action, tasks }) => [address, action, tasks.map(({ thing }) => thing)])
      expect(told(other)).toEqual(told(one))
      expect([...(await ignoring.validate()).graph.services.values()].some((one) => one.steer.ignore.length > 0)).toBe(true)
    } finally {
      await Promise.all([usual.close(), ignoring.close()])
    }
  })

  test('shows no secret: two workspaces with different keys differ in digests only', async (ctx) => {
    if (needsLab.includes(name) && !(process.platform === 'linux' && process.getuid?.() === 0))
      ctx.skip('needs root on Linux: it makes lab nodes')
    const [one, other] = [await open(name, 1), await open(name, 2)]
    try {
      const plans = await Promise.all([one, other].map((workspace) => workspace.plan({ refresh: false })))
      const [first, second] = plans.map((plan, i) =>
        JSON.stringify(portable(planJson(plan)))
          .replaceAll([one, other][i]?.identity.tag ?? '', '‹tag›')
          .replace(/"sealed":"[^"]+"/g, '"sealed":"‹digest›"')
          .replace(/ssh-ed25519 [A-Za-z0-9+/=]+/g, '‹public key›')
          .replace(/\b[0-9a-f]{64}\b/g, '‹digest›'),
      )
      expect(first).toBe(second)
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  })
})

/** A copy of the example whose key is known, so that tags and digests are the same every time. */
async function open(name: string, key = 7): Promise<Workspace> {
  const copy = mkdtempSync(join(folder, `${name}-`))
  const source = join(examples, name)
  cpSync(source, copy, { recursive: true, filter: (file) => file !== join(source, '.ays') })
  mkdirSync(join(copy, '.ays/default'), { recursive: true })
  writeFileSync(join(copy, '.ays/default/key'), new Uint8Array(32).fill(key), { mode: 0o600 })
  return await openWorkspace({ folder: copy, vars: vars[name] ?? {} })
}

/** Puts every field that its blueprints declare under $ignore. */
function ignoreAll(workspace: Workspace): void {
  const templates = new Map(workspace.templates().map((template) => [template.name, template]))
  const shelf = join(workspace.root, 'blueprints')
  for (const file of readdirSync(shelf)) {
    const document = parseDocument(readFileSync(join(shelf, file), 'utf8'))
    if (!isMap(document.contents)) continue
    for (const { key, value } of document.contents.items) {
      const properties = templates.get(String(key).split('__')[0] ?? '')?.data.properties ?? {}
      if (!isMap(value)) continue
      const fields = value.items.map((item) => String(item.key)).filter((field) => Object.hasOwn(properties, field))
      if (fields.length > 0) document.setIn([String(key), '$ignore'], fields)
    }
    writeFileSync(join(shelf, file), String(document))
  }
}

/** The page with the graph between its marks. */
function withGraph(page: string, mermaid: string): string {
  const marks = /<!-- graph -->[\s\S]*<!-- \/graph -->/
  if (!marks.test(page)) throw new Error('The README has no marks <!-- graph --> and <!-- /graph -->.')
  return page.replace(marks, () => `<!-- graph -->\n\`\`\`mermaid\n${mermaid}\n\`\`\`\n<!-- /graph -->`)
}
