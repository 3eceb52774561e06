/** Everything that can be verified of a state file, without writing to it: what `ays state check` shows, and what a backup must pass. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { allLinks, follows, type Link } from './chain.ts'
import { type Database, type DriverName, loadDriver } from './driver.ts'
import { readHead } from './head-file.ts'
import { expectTables, hasChain } from './migrations.ts'
import { DigestSum, digestOfRow } from './row-digest.ts'
import { decayed } from './rows.ts'
import { damaged, orDamaged } from './sqlite-problems.ts'
import { STATE_FILE } from './state-file.ts'
import { columnsOf, TABLE_NAMES, TABLES, type TableName } from './stored-tables.ts'
import { verifyChain } from './verify-chain.ts'

export interface StateCheck {
  readonly file: string
  /** Of its tables; undefined when that cannot be read. */
  readonly version: number | undefined
  /** The last commit that it holds. */
  readonly last: Pick<Link, 'sequence' | 'at' | 'fence' | 'run'> | undefined
  /** How many rows of each table were compared with their digests. */
  readonly rows: Readonly<Record<string, number>>
  readonly problems: readonly Problem[]
}

/** Checks the state of a folder, with the head file beside it. */
export const checkState = ({ dir, driver }: { readonly dir: string; readonly driver?: DriverName }): StateCheck =>
  check(join(dir, STATE_FILE), { ...(driver ? { driver } : {}), head: 'beside' })

/** Checks a backup: one file, whose end is the end of its chain. */
export const checkBackup = (file: string, driver?: DriverName): StateCheck =>
  check(file, { ...(driver ? { driver } : {}), head: 'none' })

interface CheckOptions {
  readonly driver?: DriverName
  readonly head: 'beside' | 'none'
}

function check(file: string, { driver, head }: CheckOptions): StateCheck {
  const problems: Problem[] = []
  const found: { version?: number; last?: Link; rows: Record<string, number> } = { rows: {} }
  const step = (work: () => void): void => {
    try {
      orDamaged(file, work)
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      problems.push(...error.problems)
    }
  }
  const dir = dirname(file)
  const known = head === 'beside' ? readHead(dir) : undefined
  step(() => {
    if (!existsSync(file)) throw new ProblemsError([damaged(file, 'it is not there')])
    if (statSync(file).size === 0) throw new ProblemsError([damaged(file, 'it is empty')])
    // Without a right to write where a log stands beside it: closing would clear that.
    const access = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 ? 'read' : undefined
    const db = loadDriver(driver).open(file, access)
    try {
      found.version = expectTables(db)
      const faults = db.all('PRAGMA integrity_check(3)').map((row) => String(row.integrity_check))
      problems.push(...faults.filter((fault) => fault !== 'ok').map((fault) => damaged(file, fault)))
      if (!hasChain(db)) return
      if (head === 'beside') step(() => void verifyChain(db, { dir, head: known }))
      db.read(() => {
        step(() => {
          found.last = wholeChain(db)
        })
        const sums = { memory: new DigestSum(), records: new DigestSum() }
        for (const table of TABLE_NAMES)
          step(() => {
            found.rows[table] = rowsOf(db, table, sums[TABLES[table].part])
          })
        const { last } = found
        for (const part of ['memory', 'records'] as const)
          if (last && sums[part].toString() !== last[part]) problems.push(damaged(file, PARTS[part]))
      })
    } finally {
      db.close()
    }
  })
  const { version, last, rows } = found
  return { file, version, last, rows, problems }
}

const PARTS = {
  memory: 'rows of what is remembered are missing, or older than the last commit',
  records: 'rows of runs, jobs or events are missing, or older than the last commit',
}

/** The last commit, when each follows the one before it. */
function wholeChain(db: Database): Link {
  const links = allLinks(db)
  links.forEach((link, i) => {
    const former = links[i - 1]
    const sound = former ? follows(link, former) : link.sequence === 0
    if (!sound) throw new ProblemsError([damaged(db.file, `commit ${link.sequence} does not follow the one before it`)])
  })
  const last = links.at(-1)
  if (!last) throw new ProblemsError([damaged(db.file, 'it has no commits')])
  return last
}

/** How many rows there are; each is compared with its digest and put into the sum. */
function rowsOf(db: Database, table: TableName, sum: DigestSum): number {
  const rows = db.all(`SELECT ${[...columnsOf(table), 'digest'].join(', ')} FROM ${table}`)
  for (const row of rows) {
    if (row.digest !== digestOfRow(table, row)) throw new ProblemsError([damaged(db.file, decayed(table, row))])
    sum.toggle(String(row.digest))
  }
  return rows.length
}
