/** The store on one SQLite file: documents as JSON beside the columns that are asked for. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Database, Driver } from './driver.ts'
import { fenced, unseated } from './fenced.ts'
import { startHeartbeat } from './heartbeat.ts'
import { askHolder, clearLease, giveSeat, holdsLease, type SeatName, takeSeat, tryHolder } from './lease.ts'
import { fromText } from './row-text.ts'
import { appendEvent, beforeIn, documents, eventOfRow, writeChange } from './rows.ts'
import { type Before, eventOf, eventOfCancel } from './state-events.ts'
import type {
  ActionState,
  Allocation,
  CancelRequest,
  Change,
  Claim,
  Delivery,
  EventRow,
  Hold,
  Holder,
  JobRow,
  Kept,
  Lease,
  Memory,
  RememberedNode,
  RememberedService,
  RememberedTask,
  Run,
  Seat,
  Store,
} from './store.ts'

interface Held {
  readonly seat: SeatName
  readonly fence: number
  readonly lost: AbortController
  readonly asked: CancelRequest[]
  readonly listeners: ((request: CancelRequest) => void)[]
  readonly stop: () => Promise<void>
}

/** An open state file. `openStore` makes one; the tables stand already. */
export class SqliteStore implements Store {
  readonly #db: Database
  readonly #driver: Driver
  readonly #file: string
  readonly #clock: Clock
  readonly #before: Before
  readonly #seats = new Set<Held>()
  #held: Held | undefined
  #closed = false

  constructor(options: {
    readonly db: Database
    readonly driver: Driver
    readonly file: string
    readonly clock: Clock
  }) {
    this.#db = options.db
    this.#driver = options.driver
    this.#file = options.file
    this.#clock = options.clock
    this.#before = beforeIn(options.db)
  }

  memory(): Memory {
    const db = this.#db
    return db.read(() => ({
      services: byAddress(documents<RememberedService>(db.all('SELECT data FROM services ORDER BY address'))),
      tasks: documents<RememberedTask>(db.all('SELECT data FROM tasks ORDER BY service, position, node, thing')),
      nodes: byAddress(documents<RememberedNode>(db.all('SELECT data FROM nodes ORDER BY address'))),
      allocations: documents<Allocation>(db.all('SELECT data FROM allocations ORDER BY address, choice')),
      holds: new Map(
        documents<Hold>(db.all('SELECT data FROM holds ORDER BY address')).map((hold) => [hold.address, hold]),
      ),
      actions: documents<ActionState>(db.all('SELECT data FROM actions ORDER BY address, action, entry')),
    }))
  }

  commit(changes: readonly Change[]): void {
    const at = this.#clock.now()
    this.#db.write(() => {
      this.#checkLease()
      for (const change of changes) {
        const event = eventOf(change, this.#before, at)
        writeChange(this.#db, change)
        if (event) appendEvent(this.#db, event)
      }
    })
  }

  nextRun(): number {
    return Number(this.#db.get('SELECT coalesce(max(id), 0) + 1 AS next FROM runs')?.next)
  }

  runs(limit?: number): readonly Run[] {
    return documents(this.#db.all('SELECT data FROM runs ORDER BY id DESC LIMIT ?', limit ?? -1))
  }

  run(id: number): Run | undefined {
    return documents<Run>(this.#db.all('SELECT data FROM runs WHERE id = ?', id))[0]
  }

  jobs(run: number): readonly JobRow[] {
    return documents(this.#db.all('SELECT data FROM jobs WHERE run = ? ORDER BY position', run))
  }

  openJobs(): readonly JobRow[] {
    return documents(this.#db.all(`SELECT data FROM jobs WHERE state = 'running' ORDER BY run, position`))
  }

  events({ run, after, limit }: { run?: number; after?: number; limit?: number } = {}): readonly EventRow[] {
    const ofRun = run === undefined ? '' : 'AND run = ?'
    const order = after === undefined ? 'DESC' : 'ASC'
    const rows = this.#db.all(
      `SELECT * FROM events WHERE sequence > ? ${ofRun} ORDER BY sequence ${order} LIMIT ?`,
      ...[after ?? 0, ...(run === undefined ? [] : [run]), limit ?? -1],
    )
    return rows.map(eventOfRow).sort((a, b) => a.sequence - b.sequence)
  }

  kept(run: number): readonly (Kept & { readonly text: string })[] {
    const sql = 'SELECT run, name, hash, text FROM kept JOIN texts USING (hash) WHERE run = ? ORDER BY name'
    return this.#db
      .all(sql, run)
      .map((row) => ({ run, name: String(row.name), hash: String(row.hash), text: String(row.text) }))
  }

  keepers(): readonly number[] {
    return this.#db.all('SELECT DISTINCT run FROM kept ORDER BY run').map((row) => Number(row.run))
  }

  deliveries(): readonly Delivery[] {
    return documents(this.#db.all('SELECT data FROM deliveries ORDER BY position'))
  }

  async acquire(claim: Claim): Promise<Lease | { readonly heldBy: Holder }> {
    const held = await this.#take('lease', claim)
    if ('heldBy' in held) return held
    this.#held = held
    return {
      fence: held.fence,
      lost: held.lost.signal,
      release: () => this.#release(held),
      onCancel: (listener) => {
        held.listeners.push(listener)
        held.asked.forEach(listener)
      },
    }
  }

  async acquireWatch(claim: Claim): Promise<Seat | { readonly heldBy: Holder }> {
    const held = await this.#take('watch', claim)
    return 'heldBy' in held ? held : { lost: held.lost.signal, release: () => this.#release(held) }
  }

  requestCancel(request: CancelRequest): boolean {
    const at = this.#clock.now()
    return this.#db.write(() => {
      const isAsked = askHolder(this.#db, request, at)
      if (isAsked) appendEvent(this.#db, eventOfCancel(request, at))
      return isAsked
    })
  }

  holder(): Holder | undefined {
    return tryHolder(this.#db, this.#clock.now())
  }

  unlock({ force }: { readonly force: boolean }): { readonly cleared: Holder | undefined; readonly refused?: Holder } {
    return clearLease(this.#db, { force, nowMs: this.#clock.now() })
  }

  close(): void {
    if (this.#closed) return
    for (const held of this.#seats) void this.#release(held)
    this.#closed = true
    this.#db.close()
  }

  async #take(seat: SeatName, claim: Claim): Promise<Held | { readonly heldBy: Holder }> {
    const taken = takeSeat(this.#db, seat, claim, this.#clock.now())
    if ('heldBy' in taken) return taken
    const { fence, offsetMs } = taken
    // An earlier one of this store, lost and never released.
    for (const held of this.#seats) if (held.seat === seat && this.#seats.delete(held)) await held.stop()
    const [lost, asked, listeners] = [new AbortController(), [] as CancelRequest[], [] as Held['listeners']]
    const stop = startHeartbeat({
      ...{ driver: this.#driver, file: this.#file, seat, fence, offsetMs },
      onLost: (why) => lost.abort(seat === 'lease' ? fenced(fence, why) : unseated(why)),
      onAsked: (text) => {
        const request = fromText<CancelRequest>(text)
        asked.push(request)
        for (const listener of listeners) listener(request)
      },
    })
    const held: Held = { seat, fence, lost, asked, listeners, stop }
    this.#seats.add(held)
    return held
  }

  async #release(held: Held): Promise<void> {
    this.#seats.delete(held)
    if (this.#held === held) this.#held = undefined
    if (!this.#closed) giveSeat(this.#db, held.seat, held.fence)
    await held.stop()
  }

  /** A store that had the lease and lost it writes nothing more: the state belongs to another run. */
  #checkLease(): void {
    if (!this.#held || holdsLease(this.#db, this.#held.fence)) return
    const { fence, lost } = this.#held
    const problem = fenced(fence, 'another run has taken it, or it was unlocked')
    lost.abort(problem)
    throw problem
  }
}

const byAddress = <T extends { readonly address: Address }>(items: readonly T[]): ReadonlyMap<Address, T> =>
  new Map(items.map((item) => [item.address, item]))
