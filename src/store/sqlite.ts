/** Opens what is remembered of a workspace: the SQLite file of its state folder. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import { createFile } from './create-file.ts'
import { type Driver, type DriverName, loadDriver } from './driver.ts'
import { createHead, HEAD_FILE, readHead } from './head-file.ts'
import { createKey } from './key.ts'
import { memoryStore } from './memory.ts'
import { createTables, hasChain, openTables } from './migrations.ts'
import { damaged, orDamaged } from './sqlite-problems.ts'
import { SqliteStore } from './sqlite-store.ts'
import { STATE_FILE } from './state-file.ts'
import type { Store } from './store.ts'
import { verifyChain } from './verify-chain.ts'

export interface OpenStoreOptions {
  /** The state folder of the environment, `.ays/ENV`. */
  readonly dir: string
  readonly clock: Clock
  /** False: where there is no state nothing is made, and the store is empty and takes no writes. */
  readonly create: boolean
  /** The key that a new state begins with; random when absent. */
  readonly key?: Uint8Array
  /** Only this driver; for tests. */
  readonly driver?: DriverName
}

/** Throws ProblemsError: SQLITE_MISSING, STATE_NEWER, STATE_DAMAGED, STATE_UNWRITABLE. */
export function openStore({ dir, clock, create, key, driver: only }: OpenStoreOptions): Store {
  const file = join(dir, STATE_FILE)
  const head = readHead(dir)
  if (!existsSync(file) && head !== undefined) throw new ProblemsError([damaged(file, GONE)])
  if (!existsSync(file) && !create) return memoryStore({ clock, readOnly: true })
  const driver = loadDriver(only)
  if (!existsSync(file)) createState(driver, { dir, file, ...(key ? { key } : {}) })
  if (statSync(file).size === 0) throw new ProblemsError([damaged(file, 'it is empty')])
  verifyUntouched(driver, { dir, file, head })
  const db = driver.open(file)
  try {
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA foreign_keys = OFF')
    const { last, begun } = orDamaged(file, () => {
      openTables(db)
      return verifyChain(db, { dir, head })
    })
    if (begun) writable(dir, () => createHead(dir, last))
  } catch (error) {
    db.close()
    throw error
  }
  return new SqliteStore({ db, driver, file, clock })
}

const GONE = `it is gone, and ${HEAD_FILE} says that it was here`

/**
 * Where a writer was cut off, the end of the state is still in its log, and whoever closes the file last clears that. So it is
 * read first without a right to write: what is refused stays as it is.
 */
function verifyUntouched(
  driver: Driver,
  { dir, file, head }: { dir: string; file: string; head: ReturnType<typeof readHead> },
): void {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return
  const db = driver.open(file, 'read')
  try {
    orDamaged(file, () => hasChain(db) && verifyChain(db, { dir, head }))
  } finally {
    db.close()
  }
}

/** Key first, so that no state is ever without one; the file appears with its tables in it. */
function createState(driver: Driver, { dir, file, key }: { dir: string; file: string; key?: Uint8Array }): void {
  writable(dir, () => {
    createKey(dir, key)
    createFile(file, { mode: 0o600, fill: (path) => fillState(driver, path) })
  })
}

/** 1 KiB pages: a third fewer bytes written where few jobs share a commit. */
function fillState(driver: Driver, path: string): void {
  const db = driver.open(path)
  try {
    db.exec('PRAGMA page_size = 1024')
    db.exec('PRAGMA journal_mode = WAL')
    createTables(db)
  } finally {
    db.close()
  }
}

/** Runs work on the folder; what the file system refuses becomes a problem for people. */
function writable(dir: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E')))
      throw error
    const hint = 'Look at the free space of its disk and at the owner and mode of the folder.'
    throw new ProblemsError([
      { code: 'STATE_UNWRITABLE', message: `The state cannot be made in ${dir}: ${error.message}.`, hint },
    ])
  }
}
