/** Packages of one node that wait for different things: each is installed when what its service waits for is done. */
import { expect, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import { compareSaved } from '../../src/engine/plan/compare-saved.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import { changesOf, openSimWorld } from './world.ts'

const n = 'node/n' as Address
const NODE = 'node.sim__n:\n'
const WORLD = `${NODE}package__curl: { node: n }
package__jq: { node: n }
file__source: { node: n, path: /etc/apt/sources.list.d/mine.list, content: "deb file:/srv/mine ./" }
package__mine: { node: n, names: [mine, jq], $after: [file/source] }
`

const installs = (plan: Plan): string[] =>
  plan.services.flatMap(({ address, tasks }) =>
    tasks
      .flatMap(({ commands }) => commands.map(({ title }) => `${address}: ${title}`))
      .filter((one) => one.includes(': install')),
  )

test('those that wait for nothing more are installed in one go; another one, after its source', async () => {
  const world = openSimWorld(WORLD)
  const plan = await world.plan()
  expect(installs(plan)).toEqual(['package/curl: install curl jq', 'package/mine: install mine'])
  expect(plan.services.find(({ address }) => address === 'package/mine')).toMatchObject({
    after: expect.arrayContaining(['file/source']),
    behind: ['package/curl'],
  })
  expect(await world.apply()).toMatchObject({ state: 'ok' })
  expect(changesOf(await world.plan())).toEqual([])
  expect((await world.memory()).tasks.find(({ thing }) => thing === 'packages:apt')).toMatchObject({
    service: 'package/curl',
    shared: ['package/jq', 'package/mine'],
    wanted: { names: ['curl', 'jq', 'mine'] },
    before: { packages: {} },
  })
  expect(await world.destroy()).toMatchObject({ state: 'ok' })
  expect(world.read(n).things).toEqual({})
})

test('what is gone from the node is put back by the job of its own service', async () => {
  const world = openSimWorld(WORLD)
  await world.apply()
  world.change(n, ({ things }) => {
    const { kind = '' } = things['packages:apt'] ?? {}
    things['packages:apt'] = { kind, found: { packages: { curl: '1', jq: '1', mine: null } } }
  })
  const plan = await world.plan()
  expect([changesOf(plan), installs(plan)]).toEqual([['package/mine update drift'], ['package/mine: install mine']])
  await world.apply()
  expect(changesOf(await world.plan())).toEqual([])
})

test('a service that is asked for alone brings its own packages, not those that wait for more', async () => {
  const world = openSimWorld(WORLD)
  expect(installs(await world.plan({ targets: ['package/jq'] }))).toEqual(['package/jq: install jq'])
  await world.apply({ targets: ['package/jq'] })
  expect(world.read(n).things['packages:apt']?.found).toEqual({ packages: { jq: '(known after apply)' } })
  expect(installs(await world.plan())).toEqual(['package/curl: install curl', 'package/mine: install mine'])
})

test('a saved plan of which one part was applied goes on with the other', async () => {
  const world = openSimWorld(WORLD)
  const saved = await world.plan()
  await world.apply({ targets: ['package/curl'] })
  const now = await world.plan()
  expect(installs(now)).toEqual(['package/mine: install mine'])
  expect(compareSaved(saved, {}, now).moved).toEqual([])
  world.change(n, ({ things }) => {
    const { kind = '' } = things['packages:apt'] ?? {}
    things['packages:apt'] = { kind, found: { packages: { curl: '1', jq: null } } }
  })
  expect(compareSaved(saved, {}, await world.plan()).moved.map(({ what }) => what)).toEqual([])
  expect(compareSaved(now, {}, await world.plan()).moved.map(({ what }) => what)).toEqual([
    'packages:apt on node/n: packages.jq changed since the plan',
  ])
})

test('what is made anew takes along what the others have there, and no more', async () => {
  const world = openSimWorld(WORLD.replace(', jq]', ']'))
  await world.apply()
  expect(await world.apply({ replace: ['package/curl'] })).toMatchObject({ state: 'ok' })
  const names = ['curl', 'jq', 'mine'].map((name) => [name, '(known after apply)'])
  expect(world.read(n).things['packages:apt']?.found).toEqual({ packages: Object.fromEntries(names) })
  expect(changesOf(await world.plan())).toEqual([])
})
