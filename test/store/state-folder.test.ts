/** The files of the state folder: made once, whole and private; never rebuilt, never written for a plan. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { loadDriver } from '../../src/store/driver.ts'
import { openKey } from '../../src/store/key.ts'
import { openStore } from '../../src/store/sqlite.ts'
import { codesOf, me, run, service, task, temporary } from './worlds.ts'

let folder: ReturnType<typeof temporary>
const file = (name: string): string => join(folder.dir, 'env', name)
const open = (create = true) => openStore({ dir: join(folder.dir, 'env'), clock: systemClock, create })
const key = (create: boolean, store = open(create)) => {
  try {
    return openKey({ dir: join(folder.dir, 'env'), create, store })
  } finally {
    store.close()
  }
}
/** A state that remembers a service, closed. */
const filled = (): void => {
  const store = open()
  store.commit([
    { put: 'service', service },
    { put: 'task', task },
  ])
  for (let i = 1; i < 200; i++) store.commit([{ put: 'run', run: run(i) }])
  store.close()
}

beforeEach(() => {
  folder = temporary()
})
afterEach(() => folder.remove())

test('a plan of a workspace without state makes no file, and its store takes no writes', async () => {
  const store = open(false)
  expect([store.memory().services.size, store.nextRun(), store.runs(), store.holder()]).toEqual([0, 1, [], undefined])
  expect(() => store.commit([])).toThrow(/takes no writes/)
  await expect(store.acquire(me)).rejects.toThrow(/takes no writes/)
  expect(openKey({ dir: join(folder.dir, 'env'), create: false, store }).tag).toMatch(/^[0-9a-f]{8}$/)
  expect(readdirSync(folder.dir)).toEqual([])
})

test('state and key are private, and nothing else stays in the folder', () => {
  open().close()
  expect(readdirSync(join(folder.dir, 'env')).sort()).toEqual(['key', 'state.db', 'state.head'])
  for (const name of ['key', 'state.db', 'state.head']) expect(statSync(file(name)).mode & 0o777).toBe(0o600)
  expect(statSync(file('key')).size).toBe(32)
})

test('the state is in WAL mode, with pages of 1 KiB', () => {
  open().close()
  const db = loadDriver().open(file('state.db'))
  expect([db.get('PRAGMA journal_mode')?.journal_mode, db.get('PRAGMA page_size')?.page_size]).toEqual(['wal', 1024])
  db.close()
})

test('the key is the same in every run, and derives the same values from the same words', () => {
  const [a, b] = [key(true), key(false)]
  expect([b.tag, b.derived('db/shop', 'password')]).toEqual([a.tag, a.derived('db/shop', 'password')])
  const derived = [
    a.derived('db/shop', 'x'),
    a.derived('db/shop', 'y'),
    a.derived('db/blog', 'x'),
    a.derived('db', '/shop'),
  ]
  expect(new Set(derived).size).toBe(4)
  expect(derived.every((value) => /^[0-9a-f]{64}$/.test(value))).toBe(true)
})

test('a state that remembers services is not used without its key', () => {
  filled()
  rmSync(file('key'))
  expect(codesOf(() => key(false))).toEqual(['STATE_DAMAGED'])
  expect(codesOf(() => key(true))).toEqual(['STATE_DAMAGED'])
  expect(existsSync(file('key'))).toBe(false)
})

test('a state that remembers nothing gets a new key', () => {
  open().close()
  rmSync(file('key'))
  const made = key(true)
  expect(key(false).tag).toBe(made.tag)
})

test('a key that was there before the state is kept', () => {
  open().close()
  const { tag } = key(false)
  rmSync(file('state.db'))
  rmSync(file('state.head'))
  open().close()
  expect(key(false).tag).toBe(tag)
})

test('a key of another length is refused and left', () => {
  open().close()
  writeFileSync(file('key'), 'short')
  expect(codesOf(() => key(true))).toEqual(['STATE_DAMAGED'])
  expect(readFileSync(file('key'), 'utf8')).toBe('short')
})

test('a state of a newer ays is refused and left', () => {
  open().close()
  const db = loadDriver().open(file('state.db'))
  db.exec('PRAGMA user_version = 99')
  db.close()
  const before = readFileSync(file('state.db'))
  expect(codesOf(() => open())).toEqual(['STATE_NEWER'])
  expect(readFileSync(file('state.db')).equals(before)).toBe(true)
})

test.each<[string, () => void]>([
  ['empty', () => writeFileSync(file('state.db'), '')],
  ['text', () => writeFileSync(file('state.db'), 'services: []\n'.repeat(500))],
  ['cut off', () => truncateSync(file('state.db'), 20_480)],
  ['overwritten in the middle', () => overwrite(8_192, 16_384)],
  ['another program’s database', () => otherDatabase()],
])('a state file that is %s is refused and left as it is', (_what, damage) => {
  filled()
  damage()
  const before = readFileSync(file('state.db'))
  expect(codesOf(() => open())).toEqual(['STATE_DAMAGED'])
  expect(codesOf(() => open(false))).toEqual(['STATE_DAMAGED'])
  expect(readFileSync(file('state.db')).equals(before)).toBe(true)
})

test('a folder that cannot be made is said to be so', () => {
  writeFileSync(join(folder.dir, 'env'), 'a file where the folder should be')
  expect(codesOf(() => open())).toEqual(['STATE_UNWRITABLE'])
})

test('events stand: the file itself refuses to change or delete them', () => {
  filled()
  const db = loadDriver().open(file('state.db'))
  expect(() => db.run('DELETE FROM events')).toThrow(/append-only/)
  expect(() => db.run(`UPDATE events SET what = 'x'`)).toThrow(/append-only/)
  db.close()
})

function overwrite(from: number, to: number): void {
  const bytes = readFileSync(file('state.db'))
  writeFileSync(file('state.db'), bytes.fill(0xa5, from, to))
}

function otherDatabase(): void {
  rmSync(file('state.db'))
  const db = loadDriver().open(file('state.db'))
  db.exec('CREATE TABLE notes (text TEXT)')
  db.close()
}
