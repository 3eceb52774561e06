/** Changes and events as rows of the SQLite tables, each with its digest, and back. */
import type { Address } from '../base/address.ts'
import type { Json } from '../base/json.ts'
import { ProblemsError } from '../base/problem.ts'
import type { OpenLink } from './chain.ts'
import type { Cell, Database, Row } from './driver.ts'
import { digestOfCells, digestOfRow } from './row-digest.ts'
import { fromText, textOf } from './row-text.ts'
import { damaged, orDamaged } from './sqlite-problems.ts'
import type { Before } from './state-events.ts'
import type { Change, EventRow } from './store.ts'
import { columnsOf, TABLE_NAMES, TABLES, type TableName } from './stored-tables.ts'

/** Rows that are as they were written. `tail`: what follows FROM. Throws STATE_DAMAGED, naming the row that is not. */
export function readRows(db: Database, table: TableName, tail: string, ...cells: readonly Cell[]): readonly Row[] {
  const rows = orDamaged(db.file, () => db.all(`${SQL[table].read} ${tail}`, ...cells))
  for (const row of rows) {
    if (row.digest !== digestOfRow(table, row)) throw new ProblemsError([damaged(db.file, decayed(table, row))])
  }
  return rows
}

/** How a row whose digest is wrong is called. */
export const decayed = (table: TableName, row: Row): string =>
  `the row ${TABLES[table].key.map((name) => row[name]).join(' ')} of ${table} is not as it was written`

/** The documents of rows that have a `data` column. */
export const documents = <T>(rows: readonly Row[]): T[] => rows.map((row) => fromText<T>(String(row.data)))

/** One change as rows; events are appended apart, by `appendEvent`. */
export function writeChange(db: Database, link: OpenLink, change: Change): void {
  if ('drop' in change) {
    const { table, where, cells } = dropOf(change)
    for (const { digest } of db.all(`DELETE FROM ${table} WHERE ${where} RETURNING digest`, ...cells))
      link.sums[TABLES[table].part].toggle(String(digest))
    return
  }
  if (change.put === 'run') link.run = Math.max(link.run, change.run.id)
  const put = putOf(change)
  if (put) putRow(db, link, put)
}

/** Adds an event at the end; its sequence number is never used twice, since events stay. */
export function appendEvent(
  db: Database,
  link: OpenLink,
  { at, run, what, service, data }: Omit<EventRow, 'sequence'>,
): void {
  const sequence = Number(db.get('SELECT coalesce(max(sequence), 0) + 1 AS next FROM events')?.next)
  const rest = [at, run ?? null, what, service ?? null, data === undefined ? null : textOf(data)]
  putRow(db, link, { table: 'events', key: [sequence], rest })
}

/** An event as it was appended. */
export function eventOfRow(row: Row): EventRow {
  const event = {
    sequence: Number(row.sequence),
    at: Number(row.at),
    run: row.run === null ? undefined : Number(row.run),
  }
  return {
    ...event,
    what: String(row.what),
    ...(row.service === null ? {} : { service: String(row.service) as Address }), // appended from an Address
    ...(row.data === null ? {} : { data: fromText<Json>(String(row.data)) }),
  }
}

/** What the tables say now, for the events of the next change. */
export function beforeIn(db: Database): Before {
  const state = (row: Row | undefined): string | undefined => (row ? String(row.state) : undefined)
  return {
    run: (id) => state(db.get('SELECT state FROM runs WHERE id = ?', id)),
    job: (id) => state(db.get('SELECT state FROM jobs WHERE id = ?', id)),
    service: (address) => db.get('SELECT 1 AS one FROM services WHERE address = ?', address) !== undefined,
  }
}

interface Put {
  readonly table: TableName
  readonly key: readonly Cell[]
  readonly rest: readonly Cell[]
  /** What is there already stays. */
  readonly once?: true
}

function putRow(db: Database, { sums }: OpenLink, { table, key, rest, once }: Put): void {
  const old = db.get(SQL[table].find, ...key)?.digest
  if (old !== undefined && once) return
  const digest = digestOfCells(table, [...key, ...rest])
  const sum = sums[TABLES[table].part]
  if (old !== undefined) sum.toggle(String(old))
  sum.toggle(digest)
  db.run(SQL[table].put, ...key, ...rest, digest)
}

function putOf(change: Extract<Change, { put: unknown }>): Put | undefined {
  switch (change.put) {
    case 'service':
      return { table: 'services', key: [change.service.address], rest: [textOf(change.service)] }
    case 'task': {
      const { node, thing, service, position } = change.task
      return { table: 'tasks', key: [node, thing], rest: [service, position, textOf(change.task)] }
    }
    case 'node':
      return { table: 'nodes', key: [change.node.address], rest: [textOf(change.node)] }
    case 'allocation': {
      const { address, choice } = change.allocation
      return { table: 'allocations', key: [address, choice], rest: [textOf(change.allocation)] }
    }
    case 'hold':
      return { table: 'holds', key: [change.hold.address], rest: [textOf(change.hold)] }
    case 'action': {
      const { address, action, entry } = change.action
      return { table: 'actions', key: [address, action, entry], rest: [textOf(change.action)] }
    }
    case 'run':
      return { table: 'runs', key: [change.run.id], rest: [change.run.state, textOf(change.run)] }
    case 'job': {
      const { id, run, state } = change.job
      return { table: 'jobs', key: [id], rest: [run, state, textOf(change.job)] }
    }
    case 'text':
      return { table: 'texts', key: [change.hash], rest: [change.text], once: true }
    case 'kept':
      return { table: 'kept', key: [change.kept.run, change.kept.name], rest: [change.kept.hash] }
    case 'delivery':
      return { table: 'deliveries', key: [change.delivery.id], rest: [textOf(change.delivery)], once: true }
    case 'event':
      return undefined
  }
}

interface Drop {
  readonly table: TableName
  readonly where: string
  readonly cells: readonly Cell[]
}

function dropOf(change: Extract<Change, { drop: unknown }>): Drop {
  switch (change.drop) {
    case 'service':
      return { table: 'services', where: 'address = ?', cells: [change.address] }
    case 'task':
      return { table: 'tasks', where: 'node = ? AND thing = ?', cells: [change.node, change.thing] }
    case 'node':
      return { table: 'nodes', where: 'address = ?', cells: [change.address] }
    case 'hold':
      return { table: 'holds', where: 'address = ?', cells: [change.address] }
    case 'actions':
      return { table: 'actions', where: 'address = ?', cells: [change.address] }
    case 'allocations':
      return { table: 'allocations', where: 'address = ?', cells: [change.address] }
    case 'delivery':
      return { table: 'deliveries', where: 'id = ?', cells: [change.id] }
    case 'kept':
      return { table: 'kept', where: 'run = ?', cells: [change.run] }
    case 'texts':
      return { table: 'texts', where: 'hash NOT IN (SELECT hash FROM kept)', cells: [] }
  }
}

interface TableSql {
  readonly read: string
  readonly find: string
  readonly put: string
}

const SQL = Object.fromEntries(TABLE_NAMES.map((table) => [table, sqlOf(table)])) as Record<TableName, TableSql> // one per name

function sqlOf(table: TableName): TableSql {
  const { key, rest } = TABLES[table]
  const columns = [...columnsOf(table), 'digest']
  const sets = [...rest, 'digest'].map((name) => `${name} = excluded.${name}`)
  return {
    read: `SELECT ${columns.join(', ')} FROM ${table}`,
    find: `SELECT digest FROM ${table} WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`,
    put: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${sets.join(', ')}`,
  }
}
