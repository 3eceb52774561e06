/** The thin common face of better-sqlite3 and Node's own node:sqlite; whichever this machine has is loaded when first needed. */
import { createRequire } from 'node:module'
import { ProblemsError } from '../base/problem.ts'
import { problemOfSqlite } from './sqlite-problems.ts'

export type DriverName = 'better-sqlite3' | 'node:sqlite'
export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

/** One open database file. Errors that a person can mend arrive as ProblemsError. */
export interface Database {
  readonly file: string
  exec(sql: string): void
  /** Returns how many rows changed. */
  run(sql: string, ...cells: readonly Cell[]): number
  get(sql: string, ...cells: readonly Cell[]): Row | undefined
  all(sql: string, ...cells: readonly Cell[]): readonly Row[]
  /** The work sees one state of the file; nothing may be written in it. */
  read<T>(work: () => T): T
  /** The work is committed whole or not at all. Waits up to 5 s for another writer. */
  write<T>(work: () => T): T
  close(): void
}

export interface Driver {
  readonly name: DriverName
  /** What a worker thread hands to `require`: an absolute path, or `node:sqlite`. */
  readonly module: string
  /** `read`: nothing is written, not even what a close would tidy up. */
  open(file: string, access?: 'read'): Database
}

/** The first driver that works here, or the one that is asked for. Throws SQLITE_MISSING when there is none. */
export function loadDriver(only?: DriverName): Driver {
  const reasons: string[] = []
  for (const name of only ? [only] : (['better-sqlite3', 'node:sqlite'] as const)) {
    try {
      return name === 'better-sqlite3' ? betterSqlite() : nodeSqlite()
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`)
    }
  }
  throw new ProblemsError([
    {
      code: 'SQLITE_MISSING',
      message: `The state needs SQLite, and none can be loaded on Node ${process.version} (${reasons.join('; ')}).`,
      hint: 'Either run ays with Node 22.13 or newer, which has SQLite built in, or build better-sqlite3: on Debian `apt-get install -y build-essential python3`, then `npm rebuild better-sqlite3` where ays is installed.',
    },
  ])
}

/** What both libraries share of their statements and databases. */
interface RawStatement {
  run(...cells: readonly Cell[]): { readonly changes: number | bigint }
  get(...cells: readonly Cell[]): unknown
  all(...cells: readonly Cell[]): unknown[]
}
interface RawDatabase {
  exec(sql: string): unknown
  prepare(sql: string): RawStatement
  close(): unknown
}

const load = createRequire(import.meta.url)

function betterSqlite(): Driver {
  const module = load.resolve('better-sqlite3')
  const Better = load(module) as new (file: string, options?: { readonly?: boolean }) => RawDatabase // the library's documented constructor
  new Better(':memory:').close() // its native half is only loaded here
  const open = (file: string, access?: 'read') => opened(file, () => new Better(file, { readonly: access === 'read' }))
  return { name: 'better-sqlite3', module, open }
}

function nodeSqlite(): Driver {
  const { DatabaseSync } = quietly(() => load('node:sqlite')) as {
    DatabaseSync: new (file: string, options?: { readOnly?: boolean }) => RawDatabase
  }
  const open = (file: string, access?: 'read') =>
    opened(file, () => new DatabaseSync(file, { readOnly: access === 'read' }))
  return { name: 'node:sqlite', module: 'node:sqlite', open }
}

/** Node calls node:sqlite experimental on stderr, which users of ays can do nothing about. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return work()
  } finally {
    process.emitWarning = emitWarning
  }
}

const BUSY_MS = 5_000

function opened(file: string, open: () => RawDatabase): Database {
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw problemOfSqlite(error, file) ?? error
    }
  }
  const raw = guarded(open)
  const statements = new Map<string, RawStatement>()
  const statement = (sql: string): RawStatement => {
    const known = statements.get(sql) ?? raw.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const between = <T>(begin: string, work: () => T): T => {
    guarded(() => raw.exec(begin))
    try {
      const result = work()
      guarded(() => raw.exec('COMMIT'))
      return result
    } catch (error) {
      try {
        raw.exec('ROLLBACK')
      } catch {
        // SQLite has already rolled back by itself, as after a full disk; the first error is the one to tell.
      }
      throw error
    }
  }
  raw.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  return {
    file,
    exec: (sql) => void guarded(() => raw.exec(sql)),
    run: (sql, ...cells) => guarded(() => Number(statement(sql).run(...cells).changes)),
    get: (sql, ...cells) => guarded(() => statement(sql).get(...cells) as Row | undefined), // SQLite's own shape
    all: (sql, ...cells) => guarded(() => statement(sql).all(...cells) as Row[]), // SQLite's own shape
    read: (work) => between('BEGIN', work),
    write: (work) => between('BEGIN IMMEDIATE', work),
    close: () => void guarded(() => raw.close()),
  }
}
