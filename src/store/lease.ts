/** The one row that says who may write, and the one that says who watches: taken in a transaction, with a fence that only ever grows. */
import { closeLink, type Link, openLink } from './chain.ts'
import type { Database, Row } from './driver.ts'
import { DEAD_AFTER_MS } from './heartbeat.ts'
import { isGone, markOf } from './process-life.ts'
import { textOf } from './row-text.ts'
import type { CancelRequest, Claim, Holder } from './store.ts'

/** The table of a seat. */
export type SeatName = 'lease' | 'watch'

export interface Taken {
  readonly fence: number
  readonly offsetMs: number
  /** The commit that holds the new fence; the watch needs none. */
  readonly link?: Link
}

/** Takes the seat unless a live holder has it. `offsetMs` is what to add to SQLite's clock to get `nowMs`'s. */
export function takeSeat(
  db: Database,
  seat: SeatName,
  { who, host, pid }: Claim,
  nowMs: number,
): Taken | { readonly heldBy: Holder } {
  const mark = markOf(host, pid)
  return db.write(() => {
    const row = rowOf(db, seat)
    if (isAlive(row, nowMs)) return { heldBy: holderOf(row, nowMs) }
    const fence = Number(row.fence) + 1
    db.run(
      `UPDATE ${seat} SET fence = ?, held = 1, who = ?, host = ?, pid = ?, seat = ?, started = ?, since = ?, heartbeat = ?`,
      ...[fence, who, host, pid, mark.seat, mark.started, nowMs, nowMs],
    )
    const offsetMs = nowMs - Number(db.get(`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now`)?.now)
    if (seat === 'watch') return { fence, offsetMs }
    // What was asked of earlier holders is over.
    db.run('DELETE FROM cancels')
    return { fence, offsetMs, link: closeLink(db, { ...openLink(db), fence }, nowMs) }
  })
}

/** Gives the seat back; nothing happens when it is someone else's by now. */
export function giveSeat(db: Database, seat: SeatName, fence: number): void {
  db.run(`UPDATE ${seat} SET held = 0 WHERE held = 1 AND fence = ?`, fence)
}

/** Writes down what is asked of the holder with this fence; false when that one is gone. */
export function askHolder(db: Database, request: CancelRequest, nowMs: number): boolean {
  const row = rowOf(db, 'lease')
  if (!isAlive(row, nowMs) || Number(row.fence) !== request.fence) return false
  db.run('INSERT INTO cancels (fence, data) VALUES (?, ?)', request.fence, textOf(request))
  return true
}

/** Whether the lease with this fence still stands. */
export function holdsLease(db: Database, fence: number): boolean {
  return db.get('SELECT 1 AS one FROM lease WHERE held = 1 AND fence = ?', fence) !== undefined
}

/** Who holds it, dead or alive. */
export function tryHolder(db: Database, nowMs: number): Holder | undefined {
  const row = rowOf(db, 'lease')
  return row.held === 1 ? holderOf(row, nowMs) : undefined
}

/** Who writes and who watches, of those that are alive. */
export function liveHolders(db: Database, nowMs: number): readonly Holder[] {
  const rows = (['lease', 'watch'] as const).map((seat) => rowOf(db, seat))
  return rows.filter((row) => isAlive(row, nowMs)).map((row) => holderOf(row, nowMs))
}

/** Clears the lease of a dead holder, or of any with `force`; its process notices at its next beat or commit. */
export function clearLease(
  db: Database,
  { force, nowMs }: { readonly force: boolean; readonly nowMs: number },
): { readonly cleared: Holder | undefined; readonly refused?: Holder } {
  return db.write(() => {
    const row = rowOf(db, 'lease')
    if (row.held !== 1) return { cleared: undefined }
    if (!force && isAlive(row, nowMs)) return { cleared: undefined, refused: holderOf(row, nowMs) }
    giveSeat(db, 'lease', Number(row.fence))
    return { cleared: holderOf(row, nowMs) }
  })
}

function rowOf(db: Database, seat: SeatName): Row {
  const row = db.get(`SELECT * FROM ${seat} WHERE one = 1`)
  if (!row) throw new Error(`The state has no ${seat} row.`)
  return row
}

function isAlive(row: Row, nowMs: number): boolean {
  if (row.held !== 1 || nowMs - Number(row.heartbeat) > DEAD_AFTER_MS) return false
  return !isGone({ pid: Number(row.pid), seat: String(row.seat), started: String(row.started) })
}

function holderOf(row: Row, nowMs: number): Holder {
  return {
    who: String(row.who),
    host: String(row.host),
    pid: Number(row.pid),
    since: Number(row.since),
    heartbeatAt: Number(row.heartbeat),
    fence: Number(row.fence),
    alive: isAlive(row, nowMs),
  }
}
