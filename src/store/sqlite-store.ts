/** The store on one SQLite file: documents as JSON beside the columns that are asked for. */
import { dirname } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { closeLink, type Link, openLink, tryLastLink } from './chain.ts'
import type { Database, Driver } from './driver.ts'
import { fenced, unseated } from './fenced.ts'
import { HeadWriter } from './head-file.ts'
import { startHeartbeat } from './heartbeat.ts'
import { askHolder, clearLease, giveSeat, holdsLease, type SeatName, takeSeat, tryHolder } from './lease.ts'
import { type ReadMemory, readMemory } from './read-memory.ts'
import { fromText } from './row-text.ts'
import { appendEvent, beforeIn, documents, eventOfRow, readRows, writeChange } from './rows.ts'
import { type Before, eventOf, eventOfCancel } from './state-events.ts'
import type {
  CancelRequest,
  Change,
  Claim,
  Delivery,
  EventRow,
  Holder,
  JobRow,
  Kept,
  Lease,
  Memory,
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
  readonly #head: HeadWriter
  readonly #seats = new Set<Held>()
  #memory: ReadMemory | undefined
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
    this.#head = new HeadWriter(dirname(options.file))
  }

  memory(): Memory {
    this.#memory = readMemory(this.#db, this.#memory)
    return this.#memory.memory
  }

  commit(changes: readonly Change[]): void {
    const at = this.#clock.now()
    const link = this.#db.write(() => {
      this.#checkLease()
      const open = openLink(this.#db)
      for (const change of changes) {
        const event = eventOf(change, this.#before, at)
        writeChange(this.#db, open, change)
        if (event) appendEvent(this.#db, open, event)
      }
      return closeLink(this.#db, open, at)
    })
    this.#head.note(link, at)
  }

  nextRun(): number {
    return (tryLastLink(this.#db)?.run ?? 0) + 1
  }

  runs(limit?: number): readonly Run[] {
    return documents(readRows(this.#db, 'runs', 'ORDER BY id DESC LIMIT ?', limit ?? -1))
  }

  run(id: number): Run | undefined {
    return documents<Run>(readRows(this.#db, 'runs', 'WHERE id = ?', id))[0]
  }

  jobs(run: number): readonly JobRow[] {
    return documents(readRows(this.#db, 'jobs', 'WHERE run = ? ORDER BY position', run))
  }

  openJobs(): readonly JobRow[] {
    return documents(readRows(this.#db, 'jobs', `WHERE state = 'running' ORDER BY run, position`))
  }

  events({ run, after, limit }: { run?: number; after?: number; limit?: number } = {}): readonly EventRow[] {
    const ofRun = run === undefined ? '' : 'AND run = ?'
    const order = after === undefined ? 'DESC' : 'ASC'
    const rows = readRows(
      this.#db,
      'events',
      `WHERE sequence > ? ${ofRun} ORDER BY sequence ${order} LIMIT ?`,
      ...[after ?? 0, ...(run === undefined ? [] : [run]), limit ?? -1],
    )
    return rows.map(eventOfRow).sort((a, b) => a.sequence - b.sequence)
  }

  kept(run: number): readonly (Kept & { readonly text: string })[] {
    const db = this.#db
    return db.read(() =>
      readRows(db, 'kept', 'WHERE run = ? ORDER BY name', run).flatMap(({ name, hash }) =>
        readRows(db, 'texts', 'WHERE hash = ?', hash ?? null).map(({ text }) => ({
          ...{ run, name: String(name), hash: String(hash), text: String(text) },
        })),
      ),
    )
  }

  keepers(): readonly number[] {
    return this.#db.all('SELECT DISTINCT run FROM kept ORDER BY run').map((row) => Number(row.run))
  }

  deliveries(): readonly Delivery[] {
    return documents(readRows(this.#db, 'deliveries', 'ORDER BY position'))
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
    const link = this.#db.write((): Link | undefined => {
      if (!askHolder(this.#db, request, at)) return undefined
      const open = openLink(this.#db)
      appendEvent(this.#db, open, eventOfCancel(request, at))
      return closeLink(this.#db, open, at)
    })
    if (link) this.#head.note(link, at)
    return link !== undefined
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
    this.#head.close()
    this.#db.close()
  }

  async #take(seat: SeatName, claim: Claim): Promise<Held | { readonly heldBy: Holder }> {
    const now = this.#clock.now()
    const taken = takeSeat(this.#db, seat, claim, now)
    if ('heldBy' in taken) return taken
    const { fence, offsetMs, link } = taken
    if (link) this.#head.note(link, now)
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
    if (!this.#closed) {
      giveSeat(this.#db, held.seat, held.fence)
      this.#head.sync()
    }
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
