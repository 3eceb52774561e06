/** `--simulate`: a plan is applied to copies of its nodes. Nothing real is touched, and a kind that promises wrongly is found. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { task } from '../../src/engine/task.ts'
import { defineTemplate, oneOf } from '../../src/engine/template.ts'
import { file as etcFile } from '../../src/sal/files/file.ts'
import { openWorkspace } from '../../src/workspace.ts'
import { type NoteWanted, noteKind } from '../engine/toy-kind.ts'
import { root } from '../golden/golden.ts'
import { openSimWorld } from './world.ts'

const n1 = addressOf('node', 'n1')
const examples = join(root, 'examples')
const needsLab: readonly string[] = ['quickstart', 'web']
const vars: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  catalogue: { machine: '10.0.0.7' },
  fleet: { size: '3' },
}

test.for(readdirSync(examples).sort())('the plan of examples/%s holds on copies of bare nodes', async (name, ctx) => {
  if (needsLab.includes(name) && !(process.platform === 'linux' && process.getuid?.() === 0))
    ctx.skip('needs root on Linux: it makes lab nodes')
  vi.stubEnv('DNS_KEY', 'c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM=')
  onTestFinished(() => void vi.unstubAllEnvs())
  const states = join(root, 'no-such-folder')
  const workspace = await openWorkspace({ folder: join(examples, name), states, vars: vars[name] ?? {} })
  const plan = await workspace.plan({ refresh: false })
  expect(await workspace.simulate(plan)).toEqual({ state: 'ok', jobs: plan.services.length, left: [], problems: [] })
  await workspace.close()
})

const file = (name: string, content: string): string =>
  `file__${name}: { node: n1, path: /etc/${name}, content: "${content}" }\n`

test('changes, drift, removals and verbs hold on copies, and neither state nor node has moved by a byte', async () => {
  const world = openSimWorld(`node.sim__n1: {}\n${file('a', 'one')}${file('b', 'two')}${file('c', 'three')}`)
  expect(await world.apply()).toMatchObject({ state: 'ok' })
  world.change(n1, ({ things }) => delete things['file:/etc/c'])
  world.declare(`node.sim__n1: {}\n${file('a', 'other')}${file('c', 'three')}user__anna: { node: n1 }\n`)
  const before = world.bytes()
  const { plan, simulated } = await world.simulate()
  expect(plan.counts).toMatchObject({ create: 1, update: 2, remove: 1 })
  expect(simulated).toEqual({ state: 'ok', jobs: 4, left: [], problems: [] })
  expect(world.bytes()).toEqual(before)
})

test('a workspace without state has none afterwards', async () => {
  const world = openSimWorld(`node.sim__n1: {}\n${file('a', 'one')}`)
  expect(await world.simulate()).toMatchObject({ simulated: { state: 'ok', jobs: 2 } })
  expect(world.bytes()).toEqual({})
})

test('what is out of reach is named and left, with what stands on it; the rest is simulated', async () => {
  const down = 'node.sim__n1: { faults: { down: true } }\nnode.sim__n2: {}\n'
  const world = openSimWorld(`${down}${file('a', 'one')}file__b: { node: n2, path: /etc/b, content: two }\n`)
  const { simulated } = await world.simulate()
  expect(simulated).toMatchObject({ state: 'ok', left: ['file/a'], problems: [] })
})

test('a plan that apply would refuse is not simulated', async () => {
  const world = openSimWorld(`node.sim__n1: {}\ndata__d: { node: n1 }\n`, { templates: [dataTemplate] })
  await world.apply()
  world.declare('node.sim__n1: {}\n')
  expect(await world.simulate()).toMatchObject({
    simulated: { state: 'refused', jobs: 0, problems: [{ code: 'DATA_LOSS' }] },
  })
})

const dataTemplate = defineTemplate({
  name: 'data',
  summary: 'A file with data.',
  data: Type.Object({}),
  parent: oneOf(['node']),
  tasks: ({ slug }) => [etcFile(`/etc/${slug}`, 'data', { holds: 'data' })],
})

const noteOf = (kind: typeof noteKind) =>
  defineTemplate({
    name: 'note',
    summary: 'A note.',
    data: Type.Object({}),
    parent: oneOf(['node']),
    tasks: ({ slug }) => [
      task(kind, `note:${slug}`, { name: slug, text: 'hello', colour: 'red' } satisfies NoteWanted),
    ],
  })

test.each<[string, typeof noteKind]>([
  ['promises another colour than it compares with', { ...noteKind, settled: ({ text }) => ({ text, colour: null }) }],
  ['has no commands for what it compares', { ...noteKind, commands: () => [] }],
])('a kind that %s is found, by service, thing and field', async (_, kind) => {
  const world = openSimWorld('node.sim__n1: {}\nnote__x: { node: n1 }\n', { templates: [noteOf(kind)] })
  const { simulated } = await world.simulate()
  expect(simulated.state).toBe('failed')
  expect(simulated.problems.map(({ code, message }) => `${code} ${message}`)).toContainEqual(
    expect.stringMatching(/^SIMULATION_DIFFERS note\/x: after apply note:x on node\/n1 .*colour.*"red"/),
  )
})
