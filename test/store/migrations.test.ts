/** States that earlier programs wrote, one per version of the tables: each was made by the ays of that version. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { VERSION } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { allOf, job, node, run, temporary, web } from './worlds.ts'

const STATES = join(import.meta.dirname, 'states')
let folder: ReturnType<typeof temporary>
const open = () => openStore({ dir: folder.dir, clock: systemClock, create: false })

beforeEach(() => {
  folder = temporary()
})
afterEach(() => folder.remove())

const layOut = (version: number): void => {
  const from = join(STATES, `v${version}`)
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(folder.dir, name))
}
const versions = Array.from({ length: VERSION }, (_, i) => i + 1)

test('there is a state of every version of the tables', () => {
  expect(readdirSync(STATES).sort()).toEqual(versions.map((version) => `v${version}`).sort())
})

test.each(versions)('a state of version %i is opened with all that it remembers, and goes on', (version) => {
  layOut(version)
  const store = open()
  const { services, tasks, nodes, allocations, holds, actions } = store.memory()
  expect([...services.keys()]).toEqual([web])
  expect(tasks.map(({ thing, wanted }) => [thing, wanted])).toEqual([
    ['file:/etc/ünïcode "quoted"', { text: 'a\nb\u2028', mode: 0o640 }],
  ])
  expect([...nodes.keys()]).toEqual([node])
  expect(allocations.map(({ value }) => value)).toEqual([6379])
  expect([holds.size, actions.length]).toEqual(version >= 2 ? [1, 1] : [0, 0])
  expect(store.deliveries().map(({ id }) => id)).toEqual(version >= 3 ? ['d1'] : [])
  expect(store.kept(2).map(({ text }) => text)).toEqual(version >= 4 ? ['text of h1'] : [])
  expect(store.runs().map(({ id, state }) => `${id} ${state}`)).toEqual(['2 running', '1 ok'])
  expect([store.jobs(1).length, store.openJobs().map(({ id }) => id), store.nextRun()]).toEqual([1, ['t-2-1'], 3])
  expect(store.events({ limit: 1_000 }).map(({ sequence }) => sequence)).toEqual(
    store.events().map((_, index) => index + 1),
  )
  store.commit([
    { put: 'run', run: run(3) },
    { put: 'job', job: job('t-3-1', 'running', 3) },
    { drop: 'service', address: web },
  ])
  const told = allOf(store)
  store.close()
  const again = open()
  expect(allOf(again)).toEqual(told)
  again.close()
})

test.each(versions)('a lease after one of version %i has a higher fence than any before', async (version) => {
  layOut(version)
  const store = open()
  const lease = await store.acquire({ who: 'ben', host: 'desk', pid: 2 })
  expect('fence' in lease && lease.fence).toBe(2)
  store.close()
})
