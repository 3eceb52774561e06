/** Connections that are lost before or after the work was done: repeated applies end in place, and nothing ran twice at once. */
import { expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { changesOf, openSimWorld } from './world.ts'

const first = Number(process.env.AYS_SEED ?? 1)
const seeds = process.env.AYS_SEED ? [first] : Array.from({ length: 6 }, (_, i) => first + i)
const APPLIES_MAX = 60
const nodes = ['n1', 'n2'].map((name) => addressOf('node', name))

const blueprint = (faults: string): string => `node.sim__n1:
  faults: ${faults}
node.sim__n2:
  faults: ${faults}
storagecluster.block__demo: { nodes: [n1, n2], nrServer: 4 }
user__anna: { node: n1, groups: [adm] }
file__motd: { node: n2, path: /etc/motd, content: text }
unit__hello: { node: n1, exec: /bin/sleep infinity, $after: [file/motd] }
`

test.each(seeds)(
  'with faults drawn from AYS_SEED=%i, applies end in place, and what they made goes again',
  async (seed) => {
    const faulty = blueprint(`{ seed: ${seed}, lostBefore: 0.2, lostAfter: 0.2 }`)
    const quiet = openSimWorld(blueprint('{}'))
    await quiet.apply()

    const world = openSimWorld(faulty)
    const told = `AYS_SEED=${seed}`
    await repeat(world.apply, told)
    world.declare(blueprint('{}'))
    expect(changesOf(await world.plan()), told).toEqual([])
    for (const node of nodes) {
      const [there, expected] = [world.read(node), quiet.read(node)]
      expect(Object.keys(there.things).sort(), told).toEqual(Object.keys(expected.things).sort())
      expect(Object.keys(there.claims).sort(), told).toEqual(Object.keys(expected.claims).sort())
      // Compare-and-set: nothing that was done already is done again, however often the answer was lost.
      expect([...there.history].sort(), told).toEqual([...expected.history].sort())
    }

    world.declare(faulty)
    await repeat(world.destroy, told)
    for (const node of nodes) expect(world.read(node).things, told).toEqual({})
  },
)

async function repeat(apply: () => Promise<{ readonly state: string }>, told: string): Promise<void> {
  for (let n = 0; n < APPLIES_MAX; n++) {
    const { state } = await apply()
    if (state === 'ok' || state === 'nothing') return
  }
  expect.fail(`${told}: not in place after ${APPLIES_MAX} applies`)
}
