/** Opens what is remembered of a workspace: the SQLite file of its state folder. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import { createFile } from './create-file.ts'
import { type Driver, type DriverName, loadDriver } from './driver.ts'
import { createKey } from './key.ts'
import { memoryStore } from './memory.ts'
import { createTables, openTables } from './migrations.ts'
import { damaged } from './sqlite-problems.ts'
import { SqliteStore } from './sqlite-store.ts'
import { STATE_FILE } from './state-file.ts'
import type { Store } from './store.ts'

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
  if (!existsSync(file) && !create) return memoryStore({ clock, readOnly: true })
  const driver = loadDriver(only)
  if (!existsSync(file)) createState(driver, { dir, file, ...(key ? { key } : {}) })
  if (statSync(file).size === 0) throw new ProblemsError([damaged(file, 'it is empty')])
  const db = driver.open(file)
  try {
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA foreign_keys = OFF')
    openTables(db, file)
  } catch (error) {
    db.close()
    throw error
  }
  return new SqliteStore({ db, driver, file, clock })
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
