/** What is known only after apply: planned with its type and who decides it, filled in the run, known to the next plan. */
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { holdsPlaceholder } from '../../src/base/later.ts'
import { sha256 } from '../../src/base/secret.ts'
import { planJson } from '../../src/cli/views/json.ts'
import { planView } from '../../src/cli/views/plan.ts'
import type { Plan, TaskPlan } from '../../src/engine/plan/plan.ts'
import { defineTemplate } from '../../src/engine/template.ts'
import { changesOf, openSimWorld, type SimWorld } from './world.ts'

const n1 = addressOf('node', 'n1')
const n2 = addressOf('node', 'n2')
const note = addressOf('file', 'note')
const UID = "${services['user/anna'].uid}"
const file = (content: string): string => `file__note: { node: n2, path: /etc/note, content: "${content}" }\n`
const blueprint = (content: string): string =>
  `node.sim__n1: {}\nnode.sim__n2: {}\nuser__anna: { node: n1 }\n${file(content)}`

const tasksOf = (plan: Plan): readonly TaskPlan[] => plan.services.find(({ address }) => address === note)?.tasks ?? []

function uidOf(world: SimWorld): number {
  const found = world.read(n1).things['user:anna']?.found
  if (typeof found === 'object' && found !== null && 'uid' in found && typeof found.uid === 'number') return found.uid
  throw new Error('there is no user')
}

const expectNote = (world: SimWorld, content: string): void =>
  expect(world.read(n2).things['file:/etc/note']?.found).toMatchObject({ digest: `sha256:${sha256(content)}` })

test('a number that a node chooses is told as not known yet, stands in the file when all is applied, and then rests', async () => {
  const world = openSimWorld(blueprint(`uid ${UID}\\n`))
  const plan = await world.plan()
  expect(plan.unknowns).toEqual([
    {
      ...{ service: 'file/note', field: 'content', type: 'string' },
      ...{ decidedBy: 'user/anna', output: 'uid', when: 'after user/anna is applied' },
    },
  ])
  expect(tasksOf(plan)[0]?.changes).toMatchObject([
    { path: '', to: 'file' },
    {
      path: 'content',
      to: { later: { type: 'string', from: ['user/anna: uid'], text: 'uid ‹known after apply (user/anna: uid)›\n' } },
    },
  ])
  expect(planView(plan, { color: false, width: 100, commands: true })).toContain(
    '+uid ‹known after apply (user/anna: uid)›',
  )
  expect(holdsPlaceholder(JSON.stringify(planJson(plan)))).toBe(false)
  expect(plan.services.find(({ address }) => address === note)?.after).toContain('user/anna')

  expect(await world.apply()).toMatchObject({ state: 'ok' })
  expectNote(world, `uid ${uidOf(world)}\n`)
  const next = await world.plan()
  expect(changesOf(next)).toEqual([])
  expect(next.unknowns).toBeUndefined()
})

test('without looking, a plan goes by the outputs of last time', async () => {
  const world = openSimWorld(blueprint(`uid ${UID}`))
  await world.apply()
  const plan = await world.plan({ refresh: false })
  expect(changesOf(plan)).toEqual([])
  expect(plan.unknowns).toBeUndefined()
})

test('another value on the node is a change where it is read', async () => {
  const world = openSimWorld(blueprint(`uid ${UID}`))
  await world.apply()
  world.change(n1, ({ things }) => {
    const user = things['user:anna']
    if (user) things['user:anna'] = { ...user, found: { ...(user.found as object), uid: 4711 } }
  })
  expect(changesOf(await world.plan())).toEqual(['file/note update change'])
  await world.apply()
  expectNote(world, 'uid 4711')
})

test('what needs a value whose producer failed is not begun, and the next apply goes on', async () => {
  const down = blueprint(`uid ${UID}`).replace(
    'node.sim__n1: {}',
    'node.sim__n1: { faults: { lostBefore: 1, seed: 1 } }',
  )
  const world = openSimWorld(down)
  const failed = await world.apply()
  expect(failed.state).toBe('error')
  expect(failed.jobs.map(({ service, state }) => [service, state])).toContainEqual(['file/note', 'skipped'])
  expect(world.read(n2).things).toEqual({})

  world.declare(blueprint(`uid ${UID}`))
  expect(await world.apply()).toMatchObject({ state: 'ok' })
  expectNote(world, `uid ${uidOf(world)}`)
})

test('an apply that ended between producer and consumer is gone on with: the value is known by then', async () => {
  const world = openSimWorld(blueprint(`uid ${UID}`))
  await world.apply({ targets: ['user/anna'] })
  const plan = await world.plan()
  expect(plan.unknowns).toBeUndefined()
  expect(changesOf(plan)).toEqual(['node/n2 create new', 'file/note create new'])
  await world.apply()
  expectNote(world, `uid ${uidOf(world)}`)
})

test('a value that does not fit, now that it is known, fails what needs it and nothing else', async () => {
  const world = openSimWorld(
    `${blueprint(`uid ${UID}`)}user__bert: { node: n2, uid: "\${services['user/anna'].uid - 100000}" }\n`,
  )
  const { jobs, problems } = await world.apply()
  expect(problems.map(({ code }) => code)).toEqual(['FIELD_TYPE'])
  expect(jobs.filter(({ state }) => state !== 'ok').map(({ service }) => service)).toEqual(['user/bert'])
  expectNote(world, `uid ${uidOf(world)}`)
})

test('a producer that says nothing though it succeeded leaves LATER_UNKNOWN, and nothing half known is done', async () => {
  const silent = defineTemplate({
    name: 'silent',
    summary: 'Never says what it promises.',
    data: Type.Object({}),
    gives: { word: { type: 'string', description: 'Never known.', known: 'once found' } },
    outputs: () => ({}),
  })
  const world = openSimWorld(`node.sim__n2: {}\nsilent__s: {}\n${file("${services['silent/s'].word}")}`, {
    templates: [silent],
  })
  const { jobs, problems } = await world.apply()
  expect(problems.map(({ code }) => code)).toEqual(['LATER_UNKNOWN'])
  expect(jobs.find(({ service }) => service === note)?.state).toBe('error')
  expect(world.read(n2).things).toEqual({})
})

test.each([
  ['the path of a file', `file__b: { node: n2, path: "/etc/${UID}", content: x }\n`, 'SET_UNKNOWN'],
  ['the home of a user', `user__b: { node: n2, home: "${UID}" }\n`, 'FIELD_TYPE'],
  ['a list', `file__b: { node: n2, path: /b, content: "\${[services['user/anna'].home]}" }\n`, 'FIELD_TYPE'],
  ['text where a number is wanted', `user__b: { node: n2, uid: "\${services['user/anna'].home}" }\n`, 'FIELD_TYPE'],
  ['how many services there are', `file__b: { $each: "${UID}", node: n2, path: /b, content: x }\n`, 'SET_UNKNOWN'],
  ['whether a service is there', `file__b: { $if: "${UID} > 5", node: n2, path: /b, content: x }\n`, 'SET_UNKNOWN'],
  ['a link', `file__b: { node: "${UID}", path: /b, content: x }\n`, 'SET_UNKNOWN'],
])('%s that is known only later is told when the plan is made', async (_, more, code) => {
  const world = openSimWorld(blueprint('x') + more)
  const problems = await world.plan().then(
    () => [],
    (error: { problems: { code: string }[] }) => error.problems,
  )
  expect(problems.map((one) => one.code)).toEqual([code])
})
