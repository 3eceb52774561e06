/** The scenario that every template has, as docs/writing-a-template.md shows it: once simulated, once on a real node. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Address, addressOf } from '../../src/base/address.ts'
import { labDoctor } from '../../src/lab/doctor.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { site } from './site.ts'

const home = addressOf('site', 'home')
const node = addressOf('node', 'a')

describe('site', () => {
  test('keeps its promises on a simulated node', async () => {
    await inWorld('node.sim__a:', async (world) => {
      await scenario(world, () => world.forget('unit-running:ays-site-home'))
    })
  })

  test('keeps its promises on a real node', async (ctx) => {
    const lacks = (await labDoctor()).filter((check) => check.needed && !check.ok).map((check) => check.check)
    if (lacks.length > 0) ctx.skip(`needs a lab node: ${lacks.join(', ')}`)
    await inWorld('node.lab__a:', async (world) => {
      await scenario(world, async () => {
        await world.exec('systemctl', 'stop', 'ays-site-home')
      })
      expect(await world.exec('test', '-e', '/srv/home')).not.toBe(0)
    })
  }, 300_000)

  test('wants the page that its engines and its title make', async () => {
    await inWorld('node.sim__a:', async ({ open }) => {
      const workspace = await open()
      const plan = await workspace.plan()
      const own = plan.services.find((service) => service.address === home)
      const page = own?.tasks.find((task) => task.thing === 'file:/srv/home/index.html')
      expect(page?.changes).toContainEqual(
        expect.objectContaining({ path: 'content', to: '<h1>Hello</h1>\n<ul><li>cache: at most 64mb</li></ul>\n' }),
      )
      await workspace.close()
    })
  })
})

/** A bare node settles; a second look changes nothing; drift is repaired; removal leaves the node as it was. */
async function scenario({ open, write }: World, breakIt: () => void | Promise<void>): Promise<void> {
  await apply(open)
  expect(await changed(open)).toEqual([])
  await breakIt()
  expect(await changed(open)).toEqual([home])
  await apply(open)
  expect(await changed(open)).toEqual([])
  write('')
  await apply(open)
  expect(await changed(open)).toEqual([])
}

interface World {
  open(): Promise<Workspace>
  /** The blueprint, without its node and engine. */
  write(site: string): void
  /** Takes a thing off the simulated node, as if someone had. */
  forget(thing: string): void
  exec(...argv: string[]): Promise<number>
}

const declared = 'site__home:\n  node: a\n  title: Hello\n  engines: cache\n'

async function inWorld(nodes: string, body: (world: World) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-site-'))
  const open = (): Promise<Workspace> => openWorkspace({ folder, templates: [site] })
  const write = (text: string): void =>
    writeFileSync(
      join(folder, 'blueprints/main.yaml'),
      `${nodes}\nstorage_engine__cache:\n  node: a\n  maxMemory: 64mb\n${text}`,
    )
  mkdirSync(join(folder, 'blueprints'))
  write(declared)
  try {
    await body({
      open,
      write,
      forget(thing) {
        const sim = join(folder, '.ays/default/sim')
        for (const file of readdirSync(sim).map((name) => join(sim, name))) {
          const world: { things: Record<string, unknown> } = JSON.parse(readFileSync(file, 'utf8'))
          delete world.things[thing]
          writeFileSync(file, JSON.stringify(world))
        }
      },
      async exec(...argv) {
        const workspace = await open()
        try {
          return (await workspace.exec(node, argv, { signal: new AbortController().signal })).code
        } finally {
          await workspace.close()
        }
      },
    })
  } finally {
    const workspace = await open()
    await workspace.apply(await workspace.planDestroy({ allow: ['data-loss'] }))
    await workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function apply(open: World['open']): Promise<void> {
  const workspace = await open()
  try {
    const { state, problems } = await workspace.apply(await workspace.plan())
    expect({ state, problems }).toMatchObject({ state: 'ok' })
  } finally {
    await workspace.close()
  }
}

async function changed(open: World['open']): Promise<Address[]> {
  const workspace = await open()
  try {
    return (await workspace.plan()).services.map((service) => service.address)
  } finally {
    await workspace.close()
  }
}
