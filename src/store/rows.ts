/** Changes and events as rows of the SQLite tables, and back. */
import type { Address } from '../base/address.ts'
import type { Json } from '../base/json.ts'
import type { Cell, Database, Row } from './driver.ts'
import { fromText, textOf } from './row-text.ts'
import type { Before } from './state-events.ts'
import type { Change, EventRow } from './store.ts'

/** The documents of rows that have a `data` column. */
export const documents = <T>(rows: readonly Row[]): T[] => rows.map((row) => fromText<T>(String(row.data)))

/** One change as rows; events are appended apart, by `appendEvent`. */
export function writeChange(db: Database, change: Change): void {
  const statement = 'drop' in change ? dropOf(change) : putOf(change)
  if (statement) db.run(...statement)
}

type Statement = readonly [sql: string, ...cells: Cell[]]

function putOf(change: Extract<Change, { put: unknown }>): Statement | undefined {
  switch (change.put) {
    case 'service': {
      const { service } = change
      return ['INSERT OR REPLACE INTO services (address, data) VALUES (?, ?)', service.address, textOf(service)]
    }
    case 'task': {
      const { node, thing, service, position } = change.task
      const sql = 'INSERT OR REPLACE INTO tasks (node, thing, service, position, data) VALUES (?, ?, ?, ?, ?)'
      return [sql, node, thing, service, position, textOf(change.task)]
    }
    case 'node':
      return ['INSERT OR REPLACE INTO nodes (address, data) VALUES (?, ?)', change.node.address, textOf(change.node)]
    case 'allocation': {
      const { address, choice } = change.allocation
      const sql = 'INSERT OR REPLACE INTO allocations (address, choice, data) VALUES (?, ?, ?)'
      return [sql, address, choice, textOf(change.allocation)]
    }
    case 'hold':
      return ['INSERT OR REPLACE INTO holds (address, data) VALUES (?, ?)', change.hold.address, textOf(change.hold)]
    case 'action': {
      const { address, action, entry } = change.action
      const sql = 'INSERT OR REPLACE INTO actions (address, action, entry, data) VALUES (?, ?, ?, ?)'
      return [sql, address, action, entry, textOf(change.action)]
    }
    case 'run': {
      const { id, state } = change.run
      return ['INSERT OR REPLACE INTO runs (id, state, data) VALUES (?, ?, ?)', id, state, textOf(change.run)]
    }
    case 'job': {
      const { id, run, state } = change.job
      const sql = `INSERT INTO jobs (id, run, state, data) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET run = excluded.run, state = excluded.state, data = excluded.data`
      return [sql, id, run, state, textOf(change.job)]
    }
    case 'text':
      return ['INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', change.hash, change.text]
    case 'kept': {
      const { run, name, hash } = change.kept
      return ['INSERT OR REPLACE INTO kept (run, name, hash) VALUES (?, ?, ?)', run, name, hash]
    }
    case 'delivery': {
      const { delivery } = change
      return [
        'INSERT INTO deliveries (id, data) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
        delivery.id,
        textOf(delivery),
      ]
    }
    case 'event':
      return undefined
  }
}

function dropOf(change: Extract<Change, { drop: unknown }>): Statement {
  switch (change.drop) {
    case 'service':
      return ['DELETE FROM services WHERE address = ?', change.address]
    case 'task':
      return ['DELETE FROM tasks WHERE node = ? AND thing = ?', change.node, change.thing]
    case 'node':
      return ['DELETE FROM nodes WHERE address = ?', change.address]
    case 'hold':
      return ['DELETE FROM holds WHERE address = ?', change.address]
    case 'actions':
      return ['DELETE FROM actions WHERE address = ?', change.address]
    case 'allocations':
      return ['DELETE FROM allocations WHERE address = ?', change.address]
    case 'delivery':
      return ['DELETE FROM deliveries WHERE id = ?', change.id]
    case 'kept':
      return ['DELETE FROM kept WHERE run = ?', change.run]
    case 'texts':
      return ['DELETE FROM texts WHERE hash NOT IN (SELECT hash FROM kept)']
  }
}

/** Adds an event at the end; its sequence number is given by the table and never used twice. */
export function appendEvent(db: Database, { at, run, what, service, data }: Omit<EventRow, 'sequence'>): void {
  const sql = 'INSERT INTO events (at, run, what, service, data) VALUES (?, ?, ?, ?, ?)'
  db.run(sql, at, run ?? null, what, service ?? null, data === undefined ? null : textOf(data))
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
