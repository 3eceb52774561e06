/** Backups: consistent while somebody writes, verified, and put back without a number that was used before. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { backupState, checkRestore, restoreState } from '../../src/store/backup-state.ts'
import { checkBackup, checkState } from '../../src/store/check-state.ts'
import { loadDriver } from '../../src/store/driver.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { codesOf, job, me, run, service, task, temporary, web } from './worlds.ts'

let folder: ReturnType<typeof temporary>
let stores: Store[] = []
const dir = (): string => join(folder.dir, 'env')
const file = (): string => join(folder.dir, 'backup')
const place = () => ({ dir: dir(), file: file(), clock: systemClock })
const open = (): Store => {
  const store = openStore({ dir: dir(), clock: systemClock, create: true })
  stores.push(store)
  return store
}
const closeAll = (): void => {
  for (const store of stores) store.close()
  stores = []
}

beforeEach(() => {
  folder = temporary()
})
afterEach(() => {
  closeAll()
  folder.remove()
})

test('a backup is made while another holds the lease and writes, and holds what was committed until then', async () => {
  const writer = open()
  await writer.acquire(me)
  writer.commit([
    { put: 'service', service },
    { put: 'run', run: run(1) },
  ])
  const check = backupState(place())
  writer.commit([{ put: 'task', task }])
  expect([check.problems, check.rows.services, check.rows.tasks]).toEqual([[], 1, 0])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(statSync(`${file()}.key`).mode & 0o777).toBe(0o600)
  expect(readFileSync(`${file()}.key`).equals(readFileSync(join(dir(), 'key')))).toBe(true)
  expect(readdirSync(folder.dir).sort()).toEqual(['backup', 'backup.key', 'env'])
})

test('nothing is written over by a backup', () => {
  open().close()
  writeFileSync(`${file()}.key`, 'something')
  expect(codesOf(() => backupState(place()))).toEqual(['BACKUP_THERE'])
  expect(existsSync(file())).toBe(false)
})

test('a damaged state is replaced by its backup and kept aside; runs and fences go on above all that were used', async () => {
  const store = open()
  const lease = await store.acquire(me)
  store.commit([
    { put: 'service', service },
    { put: 'run', run: run(1) },
    { put: 'job', job: job('a', 'running') },
  ])
  backupState(place())
  store.commit([{ put: 'run', run: run(7) }])
  if ('release' in lease) await lease.release()
  const later = await store.acquire(me)
  closeAll()
  truncateSync(join(dir(), 'state.db'), 4_096)
  const broken = readFileSync(join(dir(), 'state.db'))
  expect(codesOf(() => open())).toEqual(['STATE_DAMAGED'])

  const { aside } = restoreState(place())
  expect(readFileSync(join(aside ?? '', 'state.db')).equals(broken)).toBe(true)
  const restored = open()
  expect([...restored.memory().services.keys()]).toEqual([web])
  expect([restored.openJobs().length, restored.holder()]).toEqual([1, undefined])
  expect(restored.nextRun()).toBeGreaterThan(7)
  const next = await restored.acquire(me)
  expect('fence' in next && 'fence' in later && next.fence > later.fence).toBe(true)
  closeAll()
  expect(checkState({ dir: dir() }).problems).toEqual([])
})

test('a state that is gone with its folder comes back, its key included', () => {
  const store = open()
  store.commit([{ put: 'service', service }])
  const key = readFileSync(join(dir(), 'key'))
  backupState(place())
  closeAll()
  rmSync(dir(), { recursive: true })
  expect(restoreState(place()).aside).toBeUndefined()
  expect(readFileSync(join(dir(), 'key')).equals(key)).toBe(true)
  expect(open().memory().services.size).toBe(1)
})

test('nothing is restored while an ays holds the lease or watches', async () => {
  const store = open()
  store.commit([{ put: 'service', service }])
  backupState(place())
  const seat = await store.acquireWatch(me)
  expect(codesOf(() => restoreState(place()))).toEqual(['LEASE_HELD'])
  if ('release' in seat) await seat.release()
  await store.acquire(me)
  expect(codesOf(() => restoreState(place()))).toEqual(['LEASE_HELD'])
})

test('a backup that is damaged, of another key or without one is refused, and the state stays', () => {
  open().commit([{ put: 'service', service }])
  backupState(place())
  closeAll()
  const state = readFileSync(join(dir(), 'state.db'))
  const sound = readFileSync(file())
  const at = sound.indexOf('"slug":"shop"')
  expect(at).toBeGreaterThan(0)
  const altered = Buffer.from(sound)
  altered.write('"slug":"5hop"', at)
  writeFileSync(file(), altered)
  expect(codesOf(() => restoreState(place()))).toContain('STATE_DAMAGED')
  writeFileSync(file(), sound)
  writeFileSync(`${file()}.key`, Buffer.alloc(32, 7))
  expect(codesOf(() => restoreState(place()))).toEqual(['BACKUP_KEY'])
  rmSync(`${file()}.key`)
  expect(checkRestore(place()).rows.services).toBe(1)
  rmSync(join(dir(), 'key'))
  expect(codesOf(() => restoreState(place()))).toEqual(['BACKUP_KEY'])
  expect(readFileSync(join(dir(), 'state.db')).equals(state)).toBe(true)
})

test('a state of an earlier ays can be restored, and is brought up to date', () => {
  copyFileSync(join(import.meta.dirname, 'states/v2/state.db'), file())
  writeFileSync(`${file()}.key`, Buffer.alloc(32, 7))
  expect(checkBackup(file()).problems).toEqual([])
  restoreState(place())
  expect(open().memory().holds.size).toBe(1)
})

test('the check finds a record that is missing, which no reading would', () => {
  const store = open()
  store.commit([
    { put: 'run', run: run(1) },
    { put: 'run', run: run(2) },
  ])
  closeAll()
  const bare = readFileSync(join(dir(), 'state.db'))
  expect(checkState({ dir: dir() }).problems).toEqual([])
  remove('DELETE FROM runs WHERE id = 1')
  expect(
    checkState({ dir: dir() })
      .problems.map(({ message }) => message)
      .join(),
  ).toMatch(/rows of runs, jobs or events/)
  writeFileSync(join(dir(), 'state.db'), bare)
  expect(checkState({ dir: dir() }).problems).toEqual([])
})

function remove(sql: string): void {
  const db = loadDriver().open(join(dir(), 'state.db'))
  db.exec(sql)
  db.close()
}
