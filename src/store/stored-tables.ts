/** The tables whose rows carry a digest: what names a row, what it holds, and which sum of a commit covers it. */

/** `memory`: what plans are made from, compared whole when it is read. `records`: what was done, compared by `ays state check`. */
export type Part = 'memory' | 'records'

interface StoredTable {
  readonly part: Part
  /** The columns that name a row. */
  readonly key: readonly string[]
  readonly rest: readonly string[]
}

export type TableName =
  | 'services'
  | 'tasks'
  | 'nodes'
  | 'allocations'
  | 'holds'
  | 'actions'
  | 'runs'
  | 'jobs'
  | 'events'
  | 'deliveries'
  | 'texts'
  | 'kept'

export const TABLES: Readonly<Record<TableName, StoredTable>> = {
  services: { part: 'memory', key: ['address'], rest: ['data'] },
  tasks: { part: 'memory', key: ['node', 'thing'], rest: ['service', 'position', 'data'] },
  nodes: { part: 'memory', key: ['address'], rest: ['data'] },
  allocations: { part: 'memory', key: ['address', 'choice'], rest: ['data'] },
  holds: { part: 'memory', key: ['address'], rest: ['data'] },
  actions: { part: 'memory', key: ['address', 'action', 'entry'], rest: ['data'] },
  runs: { part: 'records', key: ['id'], rest: ['state', 'data'] },
  jobs: { part: 'records', key: ['id'], rest: ['run', 'state', 'data'] },
  events: { part: 'records', key: ['sequence'], rest: ['at', 'run', 'what', 'service', 'data'] },
  deliveries: { part: 'records', key: ['id'], rest: ['data'] },
  texts: { part: 'records', key: ['hash'], rest: ['text'] },
  kept: { part: 'records', key: ['run', 'name'], rest: ['hash'] },
}

export const TABLE_NAMES = Object.keys(TABLES) as TableName[] // the keys of that record

/** All columns that the digest of a row covers, in its order. */
export const columnsOf = (table: TableName): readonly string[] => [...TABLES[table].key, ...TABLES[table].rest]
