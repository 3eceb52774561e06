/** What is remembered, read from the tables: whole and as it was committed, or refused. */
import type { Address } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import { tryLastLink } from './chain.ts'
import type { Database, Row } from './driver.ts'
import { DigestSum } from './row-digest.ts'
import { documents, readRows } from './rows.ts'
import { damaged } from './sqlite-problems.ts'
import type {
  ActionState,
  Allocation,
  Hold,
  Memory,
  RememberedNode,
  RememberedService,
  RememberedTask,
} from './store.ts'
import type { TableName } from './stored-tables.ts'

/** The memory as it was after a commit. */
export interface ReadMemory {
  readonly memory: Memory
  /** Of the commit. */
  readonly hash: string
}

/**
 * Each row is compared with its digest, and all of them with the sum of the last commit. `known` is given back where nothing was
 * committed since. Throws STATE_DAMAGED.
 */
export function readMemory(db: Database, known?: ReadMemory): ReadMemory {
  return db.read(() => {
    const last = tryLastLink(db)
    if (known && known.hash === last?.hash) return known
    const sum = new DigestSum()
    const rows = (table: TableName, order: string): readonly Row[] => {
      const found = readRows(db, table, `ORDER BY ${order}`)
      for (const { digest } of found) sum.toggle(String(digest))
      return found
    }
    const memory = {
      services: byAddress(documents<RememberedService>(rows('services', 'address'))),
      tasks: documents<RememberedTask>(rows('tasks', 'service, position, node, thing')),
      nodes: byAddress(documents<RememberedNode>(rows('nodes', 'address'))),
      allocations: documents<Allocation>(rows('allocations', 'address, choice')),
      holds: byAddress(documents<Hold>(rows('holds', 'address'))),
      actions: documents<ActionState>(rows('actions', 'address, action, entry')),
    }
    if (sum.toString() !== last?.memory) throw new ProblemsError([damaged(db.file, ROWS_MISSING)])
    return { memory, hash: last.hash }
  })
}

const ROWS_MISSING = 'rows of what is remembered are missing, or older than the last commit'

const byAddress = <T extends { readonly address: Address }>(items: readonly T[]): ReadonlyMap<Address, T> =>
  new Map(items.map((item) => [item.address, item]))
