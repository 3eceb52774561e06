/** The watch over simulated nodes: what it repairs, tells, applies and runs, and when. */
import { expect, test } from 'vitest'
import { MIDNIGHT, openWorld, type RunningWatch } from './world.ts'

const drift = (world: ReturnType<typeof openWorld>, node = 'n'): void =>
  world.onNode(node, ({ things }) => {
    for (const thing of Object.keys(things)) if (thing.startsWith('file:')) delete things[thing]
  })
const types = ({ events }: RunningWatch): string[] => events.map((event) => event.type)

test('drift is told and repaired within the period', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n', 'watch: { every: 10s }\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(25_000)
  drift(world)
  await world.clock.pass(10_000)
  expect(running.events).toMatchObject([
    { type: 'started', services: 1, nodes: 1 },
    { type: 'drifted', service: 'note/a', answer: 'repairs', at: MIDNIGHT + 30_000 },
    { type: 'repaired', service: 'note/a', at: MIDNIGHT + 30_000 },
  ])
  await world.clock.pass(60_000)
  expect(running.events).toHaveLength(3)
})

test('with $heal: false drift is told once, also over a restart, and again when it comes again', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: { $heal: false }\n')
  await world.apply()
  let running = world.start()
  drift(world)
  await world.clock.pass(300_000)
  expect(running.events.slice(1)).toMatchObject([{ type: 'drifted', service: 'note/a', answer: 'reports' }])
  await running.stop()

  running = world.start()
  await world.clock.pass(300_000)
  expect(types(running)).toEqual(['started'])
  await world.apply()
  await world.clock.pass(30_000)
  drift(world)
  await world.clock.pass(30_000)
  expect(types(running)).toEqual(['started', 'ok', 'drifted'])
})

test('what a verb stopped stays as the verb left it, and its actions are left out', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\nactions:\n  - { action: save, actor: note, recurring: 1m }\n')
  await world.apply()
  const workspace = await world.open()
  await workspace.apply(await workspace.planAction({ actions: ['uninstall'], services: ['note/a'], args: {} }))
  await workspace.close()
  const running = world.start()
  await world.clock.pass(90_000)
  expect(running.events.slice(1)).toMatchObject([{ type: 'action', state: 'skipped' }])
  const after = await world.open()
  expect(after.memory().holds.get('note/a' as never)).toMatchObject({ verb: 'uninstall' })
  await after.close()
})

test.each([
  ['never', ['pending'], 'x'],
  ['safe', ['applied'], 'y'],
  ['all', ['applied'], 'y'],
])('a changed blueprint under apply: %s gives %j', async (policy, told, text) => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n', `watch: { apply: ${policy} }\n`)
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  world.write('blueprints/main.yaml', 'node.sim__n: {}\nnote__a: { text: y }\n')
  await world.clock.pass(180_000)
  expect(types(running).filter((type) => type !== 'started' && type !== 'reloaded')).toEqual(told)
  const workspace = await world.open()
  const plan = await workspace.plan()
  await workspace.close()
  expect(plan.services.map(({ why }) => why)).toEqual(text === 'x' ? ['change'] : [])
})

test('safe leaves what would be removed to a person, and repairs drift all the same', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\nnote__b: {}\n', 'watch: { apply: safe }\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  world.write('blueprints/main.yaml', 'node.sim__n: {}\nnote__a: {}\n')
  await world.clock.pass(90_000)
  drift(world)
  await world.clock.pass(60_000)
  expect(types(running)).toEqual(['started', 'reloaded', 'pending', 'drifted', 'repaired'])
})

test('a change that needs an approval waits for a person, and the drift of other services is repaired all the same', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\nnote__b: {}\n', 'watch: { apply: all }\n')
  await world.apply()
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  world.write('policy.yaml', `approvals: [{ risk: medium }]\nkeys: { anna: ${key} }\n`)
  const running = world.start()
  await world.clock.pass(1_000)
  world.write('blueprints/main.yaml', 'node.sim__n: {}\nnote__a: {}\n')
  await world.clock.pass(90_000)
  drift(world)
  await world.clock.pass(60_000)
  expect(types(running)).toEqual(['started', 'reloaded', 'pending', 'drifted', 'repaired'])
  const pending = running.events.find((event) => event.type === 'pending')
  expect(pending?.type === 'pending' && pending.why).toContain('needs an approval by anna')
})

test('a mistake in a file is told once; the watch goes on with what it read before', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  world.write('blueprints/main.yaml', 'node.sim__n: {}\nnote__a: { tetx: y }\n')
  await world.clock.pass(180_000)
  drift(world)
  await world.clock.pass(60_000)
  expect(types(running)).toEqual(['started', 'problem', 'drifted', 'repaired'])
})

test('a node out of reach is told once, and once when it is back', async () => {
  const world = openWorld(
    'node.sim__n: {}\nnote__a: {}\nnode.sim__m: {}\nnote__b: { node: m }\n'.replace(
      'note__a: {}',
      'note__a: { node: n }',
    ),
  )
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  const down = 'node.sim__n: { faults: { down: true } }\nnote__a: { node: n }\nnode.sim__m: {}\nnote__b: { node: m }\n'
  world.write('blueprints/main.yaml', down)
  await world.clock.pass(180_000)
  drift(world, 'm')
  await world.clock.pass(60_000)
  world.write('blueprints/main.yaml', down.replace('{ faults: { down: true } }', '{}'))
  await world.clock.pass(120_000)
  expect(types(running)).toEqual(['started', 'reloaded', 'lost', 'drifted', 'repaired', 'reloaded', 'back'])
})

test('a failed attempt is made again by the ladder, over a restart as well, and then given up', async () => {
  const world = openWorld('node.sim__n: {}\ndeaf__a: {}\n', 'watch: { apply: all, every: 10m }\n')
  const first = world.start()
  await world.clock.pass(50_000)
  await first.stop()
  const second = world.start()
  await world.clock.pass(4 * 3_600_000)
  const failed = [...first.events, ...second.events].filter((event) => event.type === 'failed')
  expect(failed.map(({ at }) => (at - MIDNIGHT) / 1_000)).toEqual([0, 10, 40, 100, 400, 1_000, 2_800])
  expect(failed.map((event) => event.type === 'failed' && event.attempts)).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('what a rule denies now is repaired at the hour when it does not', async () => {
  const world = openWorld('node.sim__n: {}\nnote__a: {}\n')
  await world.apply()
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const rule = `{ name: night, deny: now.time < "06:00", message: not at night }`
  world.write('policy.yaml', `timeZone: ${timeZone}\nrules: [${rule}]\n`)
  const running = world.start()
  await world.clock.pass(1_000)
  drift(world, 'n')
  await world.clock.pass(8 * 3_600_000)
  const [drifted, ...after] = running.events.filter((event) => event.type !== 'started')
  expect(drifted?.type).toBe('drifted')
  const denied = after.filter((event) => event.type === 'failed' && event.problem.code === 'POLICY_DENIED')
  expect(denied.length).toBe(7) // one for each rung of the ladder, and then quiet
  const repaired = after.find((event) => event.type === 'repaired')
  expect(((repaired?.at ?? 0) - MIDNIGHT) / 3_600_000).toBeGreaterThanOrEqual(6)
  expect(((repaired?.at ?? 0) - MIDNIGHT) / 3_600_000).toBeLessThan(6.6)
})

test('the $retries of a service come before the ladder', async () => {
  const world = openWorld('node.sim__n: {}\ndeaf__a: { $retries: [5, 10, 15] }\n', 'watch: { apply: all }\n')
  const running = world.start()
  await world.clock.pass(600_000)
  const failed = running.events.filter((event) => event.type === 'failed')
  expect(failed.map(({ at }) => (at - MIDNIGHT) / 1_000)).toEqual([0, 5, 15, 30])
})

test('a recurring action runs first after a part of its period, then every period, and a restart changes nothing', async () => {
  const world = openWorld(
    'node.sim__n: {}\nnote__a: {}\nactions:\n  - { action: save, actor: note, recurring: 1h }\n',
    'watch: { every: 10m }\n',
  )
  await world.apply()
  const first = world.start()
  await world.clock.pass(2.5 * 3_600_000)
  await first.stop()
  const second = world.start()
  await world.clock.pass(3 * 3_600_000)
  const at = [...first.events, ...second.events].filter((event) => event.type === 'action').map((event) => event.at)
  const [begin = 0] = at
  expect(begin - MIDNIGHT).toBeLessThan(3_600_000)
  expect(at.map((one) => one - begin)).toEqual(at.map((_, i) => i * 3_600_000))
  expect(at.length).toBeGreaterThanOrEqual(5)
})

test('a schedule runs at its instants, and once for all that was missed', async () => {
  const world = openWorld(
    'node.sim__n: {}\nnote__a: {}\nactions:\n  - { action: save, actor: note, cron: "0 3 * * *" }\n',
    'watch: { every: 1h }\n',
  )
  await world.apply()
  const first = world.start()
  await world.clock.pass(26 * 3_600_000)
  await first.stop()
  await world.clock.pass(48 * 3_600_000).catch(() => undefined)
  const second = world.start()
  await world.clock.pass(1_800_000)
  const hours = ({ events }: RunningWatch) =>
    events.filter((event) => event.type === 'action').map((event) => (event.at - MIDNIGHT) / 3_600_000)
  expect(hours(first)).toEqual([3])
  expect(hours(second)).toEqual([74])
})

test('one schedule takes a service away in the evening, another brings it back with force: true', async () => {
  const world = openWorld(
    `node.sim__n: {}
note__a: {}
actions:
  - { action: uninstall, actor: note, cron: "0 22 * * *" }
  - { action: install, actor: note, cron: "0 6 * * *", force: true }
`,
    'watch: { every: 1h }\n',
  )
  await world.apply()
  const running = world.start()
  const isThere = (): boolean => {
    let there = false
    world.onNode('n', ({ things }) => (there = Object.keys(things).some((thing) => thing.startsWith('file:'))))
    return there
  }
  const seen: boolean[] = []
  for (const hours of [21, 4, 6]) {
    await world.clock.pass(hours * 3_600_000)
    seen.push(isThere())
  }
  expect(seen).toEqual([true, false, true])
  expect(types(running)).toEqual(['started', 'action', 'action', 'action'])
})

test('a recurring action whose node is out of reach is left out, told once, and runs when the node is back', async () => {
  const blueprint = (faults: string): string =>
    `node.sim__n: ${faults}\nnote__a: {}\nactions:\n  - { action: save, actor: note, recurring: 10m }\n`
  const world = openWorld(blueprint('{}'), 'watch: { every: 1m }\n')
  await world.apply()
  const running = world.start()
  await world.clock.pass(1_000)
  world.write('blueprints/main.yaml', blueprint('{ faults: { down: true } }'))
  await world.clock.pass(3_600_000)
  world.write('blueprints/main.yaml', blueprint('{}'))
  await world.clock.pass(240_000)
  const told = running.events.map((event) => (event.type === 'action' ? `action ${event.state}` : event.type))
  const since = told.slice(told.indexOf('reloaded'))
  expect(since).toEqual(['reloaded', 'lost', 'action skipped', 'reloaded', 'back', 'action ok'])
})
