/** The store among several processes: one writer at a time, and nothing lost when one is killed. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { loadDriver } from '../../src/store/driver.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { me, temporary } from './worlds.ts'

/** Below node_modules, so that the bundle finds better-sqlite3 as an installed ays does. */
let bundles = ''
let folder: ReturnType<typeof temporary>
let children: ChildProcessWithoutNullStreams[] = []

beforeAll(async () => {
  const cache = join(import.meta.dirname, '../../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  bundles = mkdtempSync(join(cache, 'ays-store-'))
  const entryPoints = [join(import.meta.dirname, 'child.ts')]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: join(bundles, 'child.mjs') })
})
afterAll(() => rmSync(bundles, { recursive: true, force: true }))

beforeEach(() => {
  folder = temporary()
})
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  children = []
  folder.remove()
})

/** A process, what it said until now, and a wait for its first words. */
function start(what: string, count = 0) {
  const child = spawn(process.execPath, [join(bundles, 'child.mjs'), what, folder.dir, String(count)])
  children.push(child)
  const ended = once(child, 'close')
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString()
  })
  return {
    child,
    ended,
    said: () => out.split('\n').slice(0, -1),
    errors: () => err,
    words: async () => {
      while (!out.includes('\n') && child.exitCode === null) await delay(5)
    },
  }
}

const open = () => openStore({ dir: folder.dir, clock: systemClock, create: true })

test('200 leases raced for by four processes are held one at a time, with fences that only grow', async () => {
  const racers = [1, 2, 3, 4].map(() => start('race', 50))
  for (const racer of racers) {
    await racer.ended
    expect([racer.errors(), racer.child.exitCode]).toEqual(['', 0])
  }
  const store = open()
  expect(store.events().map((event) => Number(event.what))).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  store.close()
}, 60_000)

test('a writer that is killed at any moment loses no commit that it was told is done, and its lease is free at once', async () => {
  for (const lifeMs of [0, 5, 20, 50, 120, 250]) {
    const writer = start('write')
    await writer.words()
    await delay(lifeMs)
    writer.child.kill('SIGKILL')
    await writer.ended
    expect(writer.errors()).toBe('')
    const store = open()
    const last = Math.max(...writer.said().map(Number))
    const runs = new Set(store.runs().map(({ id }) => id))
    for (const said of writer.said()) {
      expect(runs.has(Number(said))).toBe(true)
      expect(store.jobs(Number(said))).toHaveLength(3)
    }
    expect(runs.size - last).toBeLessThanOrEqual(1)
    expect(store.openJobs()).toHaveLength(runs.size * 3)
    const lease = await store.acquire(me)
    expect('heldBy' in lease).toBe(false)
    store.close()
    const db = loadDriver().open(join(folder.dir, 'state.db'))
    expect(db.get('PRAGMA integrity_check')?.integrity_check).toBe('ok')
    db.close()
  }
}, 60_000)

test('a lease that was taken by force is noticed by its holder within a few seconds, though it does nothing', async () => {
  const holder = start('hold')
  await holder.words()
  const store = open()
  expect(await store.acquire(me)).toMatchObject({ heldBy: { pid: holder.child.pid } })
  expect(store.unlock({ force: false })).toMatchObject({ refused: { pid: holder.child.pid } })
  expect(store.unlock({ force: true })).toMatchObject({ cleared: { pid: holder.child.pid } })
  const lease = await store.acquire(me)
  await Promise.race([holder.ended, delay(8_000)])
  expect(holder.said()).toEqual(['1', 'lost'])
  expect('fence' in lease && [lease.fence, lease.lost.aborted]).toEqual([2, false])
  store.close()
}, 20_000)

test('a stopped holder is alive for 15 s and dead after them', async () => {
  const holder = start('hold')
  await holder.words()
  holder.child.kill('SIGSTOP')
  const later = (ms: number) =>
    openStore({ dir: folder.dir, create: false, clock: { ...systemClock, now: () => Date.now() + ms } })
  const soon = later(11_000)
  expect(await soon.acquire(me)).toHaveProperty('heldBy')
  soon.close()
  const late = later(18_000)
  const lease = await late.acquire(me)
  expect('fence' in lease && lease.fence).toBe(2)
  holder.child.kill('SIGCONT')
  await Promise.race([holder.ended, delay(8_000)])
  expect(holder.said()).toEqual(['1', 'lost'])
  late.close()
}, 20_000)

test('the heart beats while the main thread is blocked for 3 s', async () => {
  const store = open()
  const lease = await store.acquire(me)
  const since = store.holder()?.since ?? 0
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000)
  expect(store.holder()?.heartbeatAt).toBeGreaterThanOrEqual(since + 1_500)
  expect('lost' in lease && lease.lost.aborted).toBe(false)
  store.close()
}, 20_000)

test('a store that is made by several processes at once is made once, with one key', async () => {
  const makers = Array.from({ length: 6 }, () => start('make'))
  for (const maker of makers) {
    await maker.ended
    expect([maker.errors(), maker.child.exitCode]).toEqual(['', 0])
  }
  const store = open()
  expect(store.memory().services.size).toBe(0)
  store.close()
}, 20_000)
