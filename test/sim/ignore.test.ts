/** `$ignore`: a field that others own is used when its service is made, and left to them from then on. */
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import { text } from '../../src/base/secret.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import { defineTemplate, oneOf } from '../../src/engine/template.ts'
import { file } from '../../src/sal/files/file.ts'
import { running } from '../../src/sal/systemd/running.ts'
import { unit } from '../../src/sal/systemd/unit.ts'
import { changesOf, openSimWorld, type SimWorld } from './world.ts'

const n = 'node/n' as Address
const conf = 'file:/etc/a.conf'

/** A daemon with a configuration of several fields, one of them chosen where it is not given. */
const daemon = defineTemplate({
  name: 'daemon',
  summary: 'x',
  data: Type.Object({
    size: Type.String({ default: '1mb' }),
    level: Type.Union([Type.Literal('low'), Type.Literal('high')], { default: 'low' }),
    port: Type.Optional(Type.Integer()),
    password: Type.Optional(Type.String({ secret: true })),
    mode: Type.Integer({ default: 0o644 }),
  }),
  parent: oneOf(['node']),
  allocate: ({ data, take, node }) => ({
    port: take(`tcp@${node.address}`, 'port', { wish: data.port, from: [7_000] }),
  }),
  tasks: ({ slug, data, allocated }) => [
    file(
      `/etc/${slug}.conf`,
      text`size ${data.size}\nlevel ${data.level}\nport ${String(allocated.port)}\npassword ${data.password ?? ''}\n`,
      { mode: data.mode },
    ),
    unit(`d-${slug}`, '[Service]\nExecStart=/bin/sleep 1d\n'),
  ],
  running: ({ slug, tasks }) => [running(`d-${slug}`, { startedWith: tasks })],
})
const note = defineTemplate({
  name: 'note',
  summary: 'x',
  data: Type.Object({ text: Type.String() }),
  parent: oneOf(['node']),
  tasks: ({ slug, data }) => [file(`/etc/note-${slug}`, data.text)],
})

const open = (fields: string, settings?: string): SimWorld =>
  openSimWorld(blueprint(fields), { templates: [daemon, note], ...(settings ? { settings } : {}) })
const blueprint = (fields: string): string => `node.sim__n:\ndaemon__a:\n  node: n\n${fields}`

/** Somebody else edits the file on the node. */
function editFile(world: SimWorld, edit: Record<string, string> = { digest: `sha256:${'0'.repeat(64)}` }): void {
  world.change(n, ({ things }) => {
    const thing = things[conf]
    if (thing) things[conf] = { ...thing, found: { ...(thing.found as object), ...edit } }
  })
}
const foundIn = (world: SimWorld): unknown => world.read(n).things[conf]?.found
const titlesOf = (plan: Plan): string[] =>
  plan.services.flatMap((service) => service.tasks.flatMap((task) => task.commands.map((command) => command.title)))

test('what is declared is used when the service is made; then neither the blueprint nor the node changes it', async () => {
  const made = open('  size: 5mb\n')
  await made.apply()
  const world = open('  $ignore: [size]\n  size: 5mb\n')
  await world.apply()
  expect(foundIn(world)).toEqual(foundIn(made))

  world.declare(blueprint('  $ignore: [size]\n  size: 9mb\n'))
  const plan = await world.plan()
  expect([changesOf(plan), plan.counts.update, plan.counts.none]).toEqual([[], 0, 2])
  editFile(world)
  expect(changesOf(await world.plan())).toEqual([])
  await world.apply()
  expect(foundIn(world)).toMatchObject({ digest: `sha256:${'0'.repeat(64)}` })
  expect(changesOf(await world.plan())).toEqual([])
})

test('without $ignore the same is drift and a change', async () => {
  const world = open('  size: 5mb\n')
  await world.apply()
  editFile(world)
  expect(changesOf(await world.plan())).toEqual(['daemon/a update drift'])
  await world.apply()
  world.declare(blueprint('  size: 9mb\n'))
  expect(changesOf(await world.plan())).toEqual(['daemon/a update change'])
})

test('another part of the same thing is put right, and what others own of it is left alone', async () => {
  const world = open('  $ignore: size\n')
  await world.apply()
  editFile(world, { digest: `sha256:${'0'.repeat(64)}`, mode: '0600' })
  const plan = await world.plan()
  expect(changesOf(plan)).toEqual(['daemon/a update drift'])
  expect(plan.services[0]?.tasks.flatMap((task) => task.changes.map((change) => change.path))).toEqual(['mode'])
  expect(titlesOf(plan)).not.toContain('write /etc/a.conf')
  await world.apply()
  expect(foundIn(world)).toMatchObject({ digest: `sha256:${'0'.repeat(64)}`, mode: '0644' })
})

test('a part that holds other fields as well is written when one of those changes, with the ignored one as it was', async () => {
  const world = open('  $ignore: size\n  size: 5mb\n')
  await world.apply()
  editFile(world)
  world.declare(blueprint('  $ignore: size\n  size: 9mb\n  level: high\n'))
  expect(changesOf(await world.plan())).toEqual(['daemon/a update both'])
  await world.apply()
  const same = open('  size: 5mb\n  level: high\n')
  await same.apply()
  expect(foundIn(world)).toEqual(foundIn(same))
})

test('a field taken off $ignore is compared again', async () => {
  const world = open('  $ignore: size\n  size: 5mb\n')
  await world.apply()
  world.declare(blueprint('  size: 9mb\n'))
  expect(changesOf(await world.plan())).toEqual(['daemon/a update change'])
})

test('a field that a service begins to ignore is left from the next apply on, without a change', async () => {
  const world = open('  size: 5mb\n')
  await world.apply()
  editFile(world)
  world.declare(blueprint('  $ignore: size\n  size: 5mb\n'))
  expect(changesOf(await world.plan())).toEqual([])
  await world.apply()
  world.declare(blueprint('  $ignore: size\n  size: 9mb\n'))
  expect(changesOf(await world.plan())).toEqual([])
})

test.each([
  ['one of a few words', 'level: low', 'level: high'],
  ['a number that a choice is made of', 'port: 7001', 'port: 7002'],
  ['a field that was absent', '', 'password: hidden'],
  ['the mode of a file', 'mode: 0644', 'mode: 0600'],
])('it holds for %s', async (_what, before, after) => {
  const ignore = '  $ignore: [level, port, password, mode]\n'
  const world = open(`${ignore}${before && `  ${before}\n`}`)
  await world.apply()
  world.declare(blueprint(`${ignore}  ${after}\n`))
  expect(changesOf(await world.plan())).toEqual([])
  editFile(world, { digest: `sha256:${'0'.repeat(64)}`, mode: '0600' })
  expect(changesOf(await world.plan())).toEqual([])
})

test('what reads the field of the service reads what it keeps', async () => {
  const reading = 'note__x:\n  node: n\n  text: ${services["daemon/a"].size}\n'
  const world = open(`  $ignore: size\n  size: 5mb\n${reading}`)
  await world.apply()
  world.declare(blueprint(`  $ignore: size\n  size: 9mb\n${reading}`))
  expect(changesOf(await world.plan())).toEqual([])
})

test('a service that was renamed keeps what it ignores', async () => {
  const world = open('  $ignore: size\n  size: 5mb\n')
  await world.apply()
  world.declare('node.sim__n:\ndaemon__b:\n  $moved: daemon/a\n  $ignore: size\n  node: n\n  size: 9mb\n')
  expect(changesOf(await world.plan())).toEqual([])
})

test('what is gone from the node is made again', async () => {
  const world = open('  $ignore: size\n')
  await world.apply()
  world.change(n, ({ things }) => delete things[conf])
  expect(titlesOf(await world.plan())).toContain('write /etc/a.conf')
  await world.apply()
  expect(changesOf(await world.plan())).toEqual([])
})

test('an ignored secret is remembered by its seal alone; another one is left unwritten, and the plan warns', async () => {
  const settings = 'secrets:\n  one: { command: [echo, first-secret-1] }\n  two: { command: [echo, other-secret-2] }\n'
  const world = open('  $ignore: password\n  password: ${secrets.one}\n', settings)
  await world.apply()
  const remembered = JSON.stringify([...(await world.memory()).services.values()])
  expect(remembered).toContain('"password":{"value":{"sealed":"')
  expect(remembered).not.toContain('first-secret')
  expect((await world.plan()).warnings).toEqual([])
  const before = foundIn(world)

  world.declare(blueprint('  $ignore: password\n  password: ${secrets.two}\n'))
  for (const _ of [1, 2]) {
    const plan = await world.plan()
    expect(changesOf(plan)).toEqual([])
    expect(plan.warnings).toMatchObject([{ code: 'IGNORED_SECRET', message: expect.stringContaining(conf) }])
    await world.apply()
    expect(foundIn(world)).toEqual(before)
  }
  world.declare(blueprint('  password: ${secrets.two}\n'))
  expect(changesOf(await world.plan())).toEqual(['daemon/a update change'])
})
