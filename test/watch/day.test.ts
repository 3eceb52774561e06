/** A day of the whole watch over a hundred simulated nodes, on an injected clock. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { MIDNIGHT, openWorld } from './world.ts'

const NODES = 100
const HOUR = 3_600_000
const EVERY_MS = 600_000

test('no look overlaps itself, no period is missed, drift is repaired, and memory does not grow', {
  timeout: 180_000,
}, async () => {
  const nodes = Array.from({ length: NODES }, (_, i) => i)
  const world = openWorld(
    [
      ...nodes.map((i) => `node.sim__n${i}: {}\nnote__a${i}: { node: n${i} }\n`),
      'actions:\n  - { action: save, actor: note, service: "a[0-9]", recurring: 6h }\n',
      '  - { action: save, actor: note, service: a50, cron: "30 * * * *" }\n',
    ].join(''),
    'watch: { every: 10m }\n',
  )
  await world.apply()
  const running = world.start()
  const heap: number[] = []
  for (let hour = 0; hour < 24; hour++) {
    const node = `n${(hour * 7) % NODES}`
    world.onNode(node, ({ things }) => {
      for (const thing of Object.keys(things)) if (thing.startsWith('file:')) delete things[thing]
    })
    await world.clock.pass(HOUR)
    if (hour % 6 === 5) heap.push(usedHeap())
  }

  expect(running.looksAtOnce()).toBe(1)
  const looks = new Map<string, number[]>()
  for (const { at, only } of running.looks)
    for (const service of only ?? []) looks.set(service, [...(looks.get(service) ?? []), at])
  expect(looks.size).toBe(NODES)
  for (const instants of looks.values()) {
    // A repair looks once more in the same instant; the first look of all is one at everything.
    const periodic = [...new Set(instants)].filter((at) => at > MIDNIGHT)
    expect(periodic).toEqual(periodic.map((_, i) => MIDNIGHT + (i + 1) * EVERY_MS))
    expect(periodic).toHaveLength((24 * HOUR) / EVERY_MS)
  }
  const events = running.events.filter((event) => event.type !== 'action')
  expect(events.map((event) => event.type)).toEqual([
    'started',
    ...Array.from({ length: 24 }, () => ['drifted', 'repaired']).flat(),
  ])

  const runs = new Map<string, number[]>()
  for (const event of running.events)
    if (event.type === 'action') {
      expect(event.state).toBe('ok')
      runs.set(event.service, [...(runs.get(event.service) ?? []), event.at])
    }
  expect(runs.size).toBe(11)
  for (const [service, instants] of runs) {
    const everyMs = service === 'note/a50' ? HOUR : 6 * HOUR
    expect(instants).toHaveLength((24 * HOUR) / everyMs)
    expect(instants.map((at) => at - (instants[0] ?? 0))).toEqual(instants.map((_, i) => i * everyMs))
  }
  const [first = 0] = heap
  expect(Math.max(...heap) - first).toBeLessThan(20 * 2 ** 20)
})

/** What is in use after all garbage was collected, in bytes. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
