import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { afterEach, expect, test } from 'vitest'
import { ProblemsError } from '../../src/base/problem.ts'
import { defineTemplate, manyOf, oneOf, optionalOf } from '../../src/engine/template.ts'
import { command } from '../../src/sal/command/command.ts'
import { file } from '../../src/sal/files/file.ts'
import { running } from '../../src/sal/systemd/running.ts'
import { unit } from '../../src/sal/systemd/unit.ts'
import type { ActionOrder } from '../../src/workspace/contract.ts'
import { openWorkspace } from '../../src/workspace.ts'

/** A daemon that may live on another one, and a pool that needs two of them. */
const daemon = defineTemplate({
  name: 'daemon',
  summary: 'x',
  data: Type.Object({}),
  parent: oneOf(['node']),
  consumes: { on: manyOf(['daemon']) },
  tasks: ({ slug }) => [file(`/etc/${slug}.conf`, 'x\n'), unit(`d-${slug}`, '[Service]\nExecStart=/bin/sleep 1d\n')],
  running: ({ slug }) => [running(`d-${slug}`)],
  actions: {
    save: {
      summary: 'x',
      args: Type.Object({ keep: Type.Integer({ default: 1 }) }),
      tasks: ({ slug, args }) => [command({ name: `save-${slug}`, run: `save --keep ${args.keep}` })],
    },
  },
})
const kid = defineTemplate({
  name: 'kid',
  summary: 'x',
  data: Type.Object({}),
  parent: optionalOf(['daemon']),
  tasks: ({ slug }) => [file(`/etc/kid-${slug}`, 'x\n')],
})
const pool = defineTemplate({
  name: 'pool',
  summary: 'x',
  data: Type.Object({}),
  consumes: { daemon: manyOf(['daemon'], { min: 2 }) },
})

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function workspaceOf(blueprint: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ays-actions-'))
  folders.push(folder)
  mkdirSync(join(folder, 'blueprints'))
  writeFileSync(join(folder, 'blueprints/main.yaml'), blueprint)
  return folder
}

const open = (folder: string) => openWorkspace({ folder, templates: [daemon, kid, pool] })

/** One command of a person: plan and apply in a workspace opened anew. */
async function apply(folder: string, order?: Partial<ActionOrder>) {
  const workspace = await open(folder)
  try {
    const plan = order
      ? await workspace.planAction({ actions: [], services: [], args: {}, ...order })
      : await workspace.plan()
    const steps: string[] = []
    const result = await workspace.apply(plan, {
      onProgress: (event) => (event.type === 'started' ? steps.push(`${event.service} ${event.title}`) : undefined),
    })
    return {
      plan,
      result,
      steps,
      holds: [...workspace.memory().holds.values()].map((hold) => `${hold.address} ${hold.verb}`),
    }
  } finally {
    await workspace.close()
  }
}

const changes = (plan: { services: readonly { address: string; action: string }[] }) =>
  plan.services.map((service) => `${service.address} ${service.action}`)

test('stop, apply, apply: still stopped, and every plan names the hold; start lifts it', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__a:\n  node: n\n')
  await apply(folder)
  const stopped = await apply(folder, { actions: ['stop'], services: ['daemon/a'] })
  expect(
    stopped.plan.services.flatMap((service) => service.tasks.map((task) => `${task.thing} ${task.action}`)),
  ).toEqual(['unit-running:d-a remove'])
  for (const _ of [1, 2]) {
    const again = await apply(folder)
    expect([changes(again.plan), again.plan.held.map((hold) => `${hold.address} ${hold.verb}`)]).toEqual([
      [],
      ['daemon/a stop'],
    ])
  }
  const started = await apply(folder, { actions: ['start'], services: ['daemon/a'] })
  expect([started.result.state, started.holds, changes((await apply(folder)).plan)]).toEqual(['ok', [], []])
})

test('what is deleted stays away until install', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__a:\n  node: n\n')
  await apply(folder)
  await apply(folder, { actions: ['delete'], services: ['daemon/a'] })
  const after = await apply(folder)
  expect([changes(after.plan), after.holds]).toEqual([[], ['daemon/a delete']])
  await apply(folder, { actions: ['install'], services: ['daemon/a'] })
  expect((await apply(folder)).holds).toEqual([])
})

test('delete of a parent goes children first, step by step', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__kp:\n  node: n\nkid__k:\n  daemon: kp\n')
  await apply(folder)
  const { steps } = await apply(folder, { actions: ['delete'], services: ['daemon/kp'] })
  const at = (step: string): number => steps.indexOf(step)
  expect(steps).toHaveLength(6)
  expect(at('kid/k stop')).toBeLessThan(at('daemon/kp stop'))
  expect(at('kid/k uninstall')).toBeLessThan(at('daemon/kp uninstall'))
  expect(at('daemon/kp stop')).toBeLessThan(at('daemon/kp uninstall'))
  expect(at('kid/k delete')).toBeLessThan(at('daemon/kp delete'))
})

test('of three consumed at min 2 the first may be deleted; the second is refused with the consumer’s name', async () => {
  const daemons = ['a', 'b', 'c'].map((name) => `daemon__${name}:\n  node: n\n`).join('')
  const folder = workspaceOf(`node.sim__n:\n${daemons}pool__p:\n  daemon: [a, b, c]\n`)
  await apply(folder)
  expect((await apply(folder, { actions: ['delete'], services: ['daemon/a'] })).result.state).toBe('ok')
  await expect(apply(folder, { actions: ['delete'], services: ['daemon/b'] })).rejects.toThrow(
    /DELETE_REFUSED.*pool\/p/,
  )
})

test('an action of a template runs once per entry, again with force, and its arguments are read by their schema', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__a:\n  node: n\n')
  await apply(folder)
  const save = (args: Record<string, string>, force = false) =>
    apply(folder, { actions: ['save'], services: ['daemon/a'], args, force })
  const ran = async (made: ReturnType<typeof save>) =>
    (await made).plan.services.flatMap((service) => service.tasks.flatMap((task) => task.commands)).length
  expect([await ran(save({ keep: '3' })), await ran(save({ keep: '3' })), await ran(save({ keep: '4' }))]).toEqual([
    2, 0, 2,
  ])
  expect(await ran(save({ keep: '4' }, true))).toBeGreaterThan(0)
  const mistakes = await save({ keep: 'many', kep: '1' }).catch((error: unknown) => error)
  expect(mistakes instanceof ProblemsError && mistakes.problems.map((problem) => problem.code)).toEqual([
    'ACTION_ARGUMENT',
    'ACTION_ARGUMENT',
  ])
  await expect(apply(folder, { actions: ['sav'], services: ['daemon/a'] })).rejects.toThrow(/ACTION_UNKNOWN/)
})

test('an action in a blueprint is shown as act and runs once, after its service', async () => {
  const folder = workspaceOf(
    'node.sim__n:\ndaemon__a:\n  node: n\nactions:\n  - action: save\n    actor: daemon\n    service: a\n    args: { keep: 2 }\n',
  )
  const first = await apply(folder)
  expect(changes(first.plan)).toEqual(['node/n create', 'daemon/a create', 'daemon/a act'])
  expect([first.result.state, first.steps.at(-1)]).toEqual(['ok', 'daemon/a save'])
  expect(changes((await apply(folder)).plan)).toEqual([])
})

test('monitor looks, and does nothing about what it finds', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__a:\n  node: n\n')
  await apply(folder)
  expect((await apply(folder, { actions: ['monitor'], services: ['daemon/a'] })).result.state).toBe('ok')
  const world = join(folder, '.ays/default/sim/node-n.json')
  const { 'file:/etc/a.conf': _gone, ...things } = JSON.parse(readFileSync(world, 'utf8')).things
  writeFileSync(world, JSON.stringify({ ...JSON.parse(readFileSync(world, 'utf8')), things }))
  const { result } = await apply(folder, { actions: ['monitor'], services: ['daemon/a'] })
  expect([result.state, result.problems.map((problem) => problem.code)]).toEqual(['error', ['DRIFTED']])
  expect(JSON.parse(readFileSync(world, 'utf8')).things).not.toHaveProperty('file:/etc/a.conf')
})

test('status tells what is held, and how each action ended', async () => {
  const folder = workspaceOf('node.sim__n:\ndaemon__a:\n  node: n\n')
  await apply(folder)
  await apply(folder, { actions: ['save'], services: ['daemon/a'] })
  await apply(folder, { actions: ['stop'], services: ['daemon/a'] })
  const workspace = await open(folder)
  try {
    const { services } = await workspace.status()
    const one = services.find((service) => service.address === 'daemon/a')
    expect(one?.held).toMatchObject({ rung: 'installed', verb: 'stop' })
    expect(one?.actions.map(({ action, state }) => `${action} ${state}`)).toEqual(['save ok', 'stop ok'])
  } finally {
    await workspace.close()
  }
})
