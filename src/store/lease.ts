/** The one row that says who may write: taken in a transaction, numbered by a fence that only ever grows. */
import type { Database, Row } from './driver.ts'
import { DEAD_AFTER_MS } from './heartbeat.ts'
import { isGone, markOf } from './process-life.ts'
import type { Holder } from './store.ts'

export interface Claim {
  readonly who: string
  readonly host: string
  readonly pid: number
}

/** Takes the lease unless a live holder has it. `offsetMs` is what to add to SQLite's clock to get `nowMs`'s. */
export function takeLease(
  db: Database,
  { who, host, pid }: Claim,
  nowMs: number,
): { readonly fence: number; readonly offsetMs: number } | { readonly heldBy: Holder } {
  const mark = markOf(host, pid)
  return db.write(() => {
    const row = rowOf(db)
    if (isAlive(row, nowMs)) return { heldBy: holderOf(row) }
    const fence = Number(row.fence) + 1
    db.run(
      `UPDATE lease SET fence = ?, held = 1, who = ?, host = ?, pid = ?, seat = ?, started = ?, since = ?, heartbeat = ?`,
      ...[fence, who, host, pid, mark.seat, mark.started, nowMs, nowMs],
    )
    return { fence, offsetMs: nowMs - Number(db.get(`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now`)?.now) }
  })
}

/** Gives the lease back; nothing happens when it is someone else's by now. */
export function giveLease(db: Database, fence: number): void {
  db.run('UPDATE lease SET held = 0 WHERE held = 1 AND fence = ?', fence)
}

/** Whether the lease with this fence still stands. */
export function holdsLease(db: Database, fence: number): boolean {
  return db.get('SELECT 1 AS one FROM lease WHERE held = 1 AND fence = ?', fence) !== undefined
}

/** Who holds it, dead or alive. */
export function tryHolder(db: Database): Holder | undefined {
  const row = rowOf(db)
  return row.held === 1 ? holderOf(row) : undefined
}

/** Clears the lease of a dead holder, or of any with `force`; its process notices at its next beat or commit. */
export function clearLease(
  db: Database,
  { force, nowMs }: { readonly force: boolean; readonly nowMs: number },
): { readonly cleared: Holder | undefined; readonly refused?: Holder } {
  return db.write(() => {
    const row = rowOf(db)
    if (row.held !== 1) return { cleared: undefined }
    if (!force && isAlive(row, nowMs)) return { cleared: undefined, refused: holderOf(row) }
    giveLease(db, Number(row.fence))
    return { cleared: holderOf(row) }
  })
}

function rowOf(db: Database): Row {
  const row = db.get('SELECT * FROM lease WHERE one = 1')
  if (!row) throw new Error('The state has no lease row.')
  return row
}

function isAlive(row: Row, nowMs: number): boolean {
  if (row.held !== 1 || nowMs - Number(row.heartbeat) > DEAD_AFTER_MS) return false
  return !isGone({ pid: Number(row.pid), seat: String(row.seat), started: String(row.started) })
}

function holderOf(row: Row): Holder {
  return {
    who: String(row.who),
    host: String(row.host),
    pid: Number(row.pid),
    since: Number(row.since),
    heartbeatAt: Number(row.heartbeat),
    fence: Number(row.fence),
  }
}
