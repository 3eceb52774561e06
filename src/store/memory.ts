/** The store in memory: for tests and simulations, and for plans of a workspace that has no state yet. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { fenced } from './fenced.ts'
import { fromText, textOf } from './row-text.ts'
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

/** What several stores in memory share, as several processes share a file. */
export interface MemoryWorld {
  services: Map<Address, RememberedService>
  tasks: Map<string, RememberedTask>
  nodes: Map<Address, RememberedNode>
  allocations: Map<string, Allocation>
  holds: Map<Address, Hold>
  actions: Map<string, ActionState>
  runs: Map<number, Run>
  jobs: Map<string, JobRow>
  events: EventRow[]
  fence: number
  deliveries: Map<string, Delivery>
  texts: Map<string, string>
  kept: Map<string, Kept>
  held: HeldLease | undefined
  watch: { readonly holder: Holder } | undefined
}

interface HeldLease {
  readonly holder: Holder
  readonly lost: AbortController
  readonly asked: CancelRequest[]
  readonly listeners: ((request: CancelRequest) => void)[]
}

/** A world in which nothing is remembered. */
export function emptyWorld(): MemoryWorld {
  const remembered = { services: new Map(), tasks: new Map(), nodes: new Map(), allocations: new Map() }
  const verbs = { holds: new Map(), actions: new Map() }
  const seats = { fence: 0, held: undefined, watch: undefined }
  return {
    ...remembered,
    ...verbs,
    runs: new Map(),
    jobs: new Map(),
    events: [],
    deliveries: new Map(),
    texts: new Map(),
    kept: new Map(),
    ...seats,
  }
}

/** With `readOnly`, writes and leases are refused as a bug of the caller. */
export function memoryStore(options: { clock: Clock; world?: MemoryWorld; readOnly?: boolean }): Store {
  return new MemoryStore(options.clock, options.world ?? emptyWorld(), options.readOnly ?? false)
}

/** Its lease beats for as long as the store is open, and ends with `close`. */
class MemoryStore implements Store {
  readonly #clock: Clock
  readonly #world: MemoryWorld
  readonly #readOnly: boolean
  #fence: number | undefined
  #watch: { readonly holder: Holder } | undefined

  constructor(clock: Clock, world: MemoryWorld, readOnly: boolean) {
    this.#clock = clock
    this.#world = world
    this.#readOnly = readOnly
  }

  memory(): Memory {
    const { services, tasks, nodes, allocations, holds, actions } = this.#world
    const inOrder = (a: RememberedTask, b: RememberedTask): number =>
      compare(a.service, b.service) || a.position - b.position || compare(a.node, b.node) || compare(a.thing, b.thing)
    return {
      services: sorted(services),
      tasks: [...tasks.values()].sort(inOrder),
      nodes: sorted(nodes),
      allocations: [...allocations.values()].sort(
        (a, b) => compare(a.address, b.address) || compare(a.choice, b.choice),
      ),
      holds: sorted(holds),
      actions: [...actions.values()].sort(
        (a, b) => compare(a.address, b.address) || compare(a.action, b.action) || compare(a.entry, b.entry),
      ),
    }
  }

  commit(changes: readonly Change[]): void {
    this.#refuseReadOnly()
    this.#checkLease()
    const at = this.#clock.now()
    const world = this.#world
    const next = copyOf(world)
    for (const change of fromText<readonly Change[]>(textOf(changes))) {
      const event = eventOf(change, beforeIn(next), at)
      apply(next, change)
      if (event)
        next.events.push({ ...fromText<EventRow>(textOf(event)), run: event.run, sequence: next.events.length + 1 })
    }
    Object.assign(world, { ...next, fence: world.fence, held: world.held, watch: world.watch })
  }

  nextRun(): number {
    return Math.max(0, ...this.#world.runs.keys()) + 1
  }

  runs(limit?: number): readonly Run[] {
    return [...this.#world.runs.values()].sort((a, b) => b.id - a.id).slice(0, limit)
  }

  run(id: number): Run | undefined {
    return this.#world.runs.get(id)
  }

  jobs(run: number): readonly JobRow[] {
    return [...this.#world.jobs.values()].filter((job) => job.run === run)
  }

  openJobs(): readonly JobRow[] {
    return [...this.#world.jobs.values()].filter((job) => job.state === 'running').sort((a, b) => a.run - b.run)
  }

  events({ run, after, limit }: { run?: number; after?: number; limit?: number } = {}): readonly EventRow[] {
    const all = this.#world.events.filter(
      (event) => event.sequence > (after ?? 0) && (run === undefined || event.run === run),
    )
    if (limit === undefined) return all
    return after === undefined ? all.slice(Math.max(0, all.length - limit)) : all.slice(0, limit)
  }

  kept(run: number): readonly (Kept & { readonly text: string })[] {
    return [...this.#world.kept.values()]
      .filter((one) => one.run === run)
      .map((one) => ({ ...one, text: this.#world.texts.get(one.hash) ?? '' }))
      .sort((a, b) => compare(a.name, b.name))
  }

  keepers(): readonly number[] {
    return [...new Set([...this.#world.kept.values()].map((one) => one.run))].sort((a, b) => a - b)
  }

  deliveries(): readonly Delivery[] {
    return [...this.#world.deliveries.values()]
  }

  async acquire(claim: Claim): Promise<Lease | { readonly heldBy: Holder }> {
    this.#refuseReadOnly()
    const heldBy = this.holder()
    if (heldBy) return { heldBy }
    const fence = ++this.#world.fence
    const lost = new AbortController()
    const held: HeldLease = { holder: this.#holderOf(claim, fence), lost, asked: [], listeners: [] }
    this.#world.held = held
    this.#fence = fence
    return {
      fence,
      lost: lost.signal,
      release: async () => this.#release(fence),
      onCancel: (listener) => {
        held.listeners.push(listener)
        held.asked.forEach(listener)
      },
    }
  }

  async acquireWatch(claim: Claim): Promise<Seat | { readonly heldBy: Holder }> {
    this.#refuseReadOnly()
    const { watch } = this.#world
    if (watch) return { heldBy: watch.holder }
    const mine = { holder: this.#holderOf(claim, 0) }
    this.#world.watch = mine
    this.#watch = mine
    return { lost: new AbortController().signal, release: async () => this.#releaseWatch() }
  }

  requestCancel(request: CancelRequest): boolean {
    const { held, events } = this.#world
    if (held?.holder.fence !== request.fence) return false
    const given = fromText<CancelRequest>(textOf(request))
    const event = eventOfCancel(given, this.#clock.now())
    events.push({ ...event, sequence: events.length + 1 })
    held.asked.push(given)
    for (const listener of held.listeners) listener(given)
    return true
  }

  holder(): Holder | undefined {
    const { held } = this.#world
    return held && { ...held.holder, heartbeatAt: this.#clock.now() }
  }

  unlock({ force }: { readonly force: boolean }): { readonly cleared: Holder | undefined; readonly refused?: Holder } {
    const holder = this.holder()
    if (!holder) return { cleared: undefined }
    if (!force) return { cleared: undefined, refused: holder }
    this.#world.held?.lost.abort(fenced(holder.fence, LOST))
    this.#world.held = undefined
    return { cleared: holder }
  }

  close(): void {
    if (this.#fence !== undefined) this.#release(this.#fence)
    this.#releaseWatch()
  }

  #holderOf(claim: Claim, fence: number): Holder {
    const now = this.#clock.now()
    return { ...claim, since: now, heartbeatAt: now, fence, alive: true }
  }

  #releaseWatch(): void {
    if (this.#watch && this.#world.watch === this.#watch) this.#world.watch = undefined
    this.#watch = undefined
  }

  #release(fence: number): void {
    if (this.#fence === fence) this.#fence = undefined
    if (this.#world.held?.holder.fence === fence) this.#world.held = undefined
  }

  #checkLease(): void {
    if (this.#fence !== undefined && this.#world.held?.holder.fence !== this.#fence) throw fenced(this.#fence, LOST)
  }

  #refuseReadOnly(): void {
    if (this.#readOnly)
      throw new Error('This store was opened without a state and takes no writes. Open it with create.')
  }
}

const LOST = 'another run has taken it, or it was unlocked'

const copyOf = (world: MemoryWorld): MemoryWorld => ({
  services: new Map(world.services),
  tasks: new Map(world.tasks),
  nodes: new Map(world.nodes),
  allocations: new Map(world.allocations),
  holds: new Map(world.holds),
  actions: new Map(world.actions),
  runs: new Map(world.runs),
  jobs: new Map(world.jobs),
  events: [...world.events],
  deliveries: new Map(world.deliveries),
  texts: new Map(world.texts),
  kept: new Map(world.kept),
  fence: world.fence,
  held: world.held,
  watch: world.watch,
})

function apply(world: MemoryWorld, change: Change): void {
  if ('drop' in change) drop(world, change)
  else put(world, change)
}

function put(world: MemoryWorld, change: Extract<Change, { put: unknown }>): void {
  switch (change.put) {
    case 'service':
      world.services.set(change.service.address, change.service)
      break
    case 'task':
      world.tasks.set(JSON.stringify([change.task.node, change.task.thing]), change.task)
      break
    case 'node':
      world.nodes.set(change.node.address, change.node)
      break
    case 'allocation':
      world.allocations.set(JSON.stringify([change.allocation.address, change.allocation.choice]), change.allocation)
      break
    case 'hold':
      world.holds.set(change.hold.address, change.hold)
      break
    case 'action': {
      const { address, action, entry } = change.action
      world.actions.set(JSON.stringify([address, action, entry]), change.action)
      break
    }
    case 'run':
      world.runs.set(change.run.id, change.run)
      break
    case 'job':
      world.jobs.set(change.job.id, change.job)
      break
    case 'text':
      if (!world.texts.has(change.hash)) world.texts.set(change.hash, change.text)
      break
    case 'kept':
      world.kept.set(JSON.stringify([change.kept.run, change.kept.name]), change.kept)
      break
    case 'delivery':
      if (!world.deliveries.has(change.delivery.id)) world.deliveries.set(change.delivery.id, change.delivery)
      break
    case 'event':
      break
  }
}

function drop(world: MemoryWorld, change: Extract<Change, { drop: unknown }>): void {
  switch (change.drop) {
    case 'service':
      world.services.delete(change.address)
      break
    case 'task':
      world.tasks.delete(JSON.stringify([change.node, change.thing]))
      break
    case 'node':
      world.nodes.delete(change.address)
      break
    case 'hold':
      world.holds.delete(change.address)
      break
    case 'actions':
      for (const [key, { address }] of world.actions) if (address === change.address) world.actions.delete(key)
      break
    case 'delivery':
      world.deliveries.delete(change.id)
      break
    case 'kept':
      for (const [key, { run }] of world.kept) if (run === change.run) world.kept.delete(key)
      break
    case 'texts': {
      const used = new Set([...world.kept.values()].map((one) => one.hash))
      for (const hash of world.texts.keys()) if (!used.has(hash)) world.texts.delete(hash)
      break
    }
    case 'allocations':
      for (const [key, { address }] of world.allocations) if (address === change.address) world.allocations.delete(key)
      break
  }
}

const beforeIn = (world: MemoryWorld): Before => ({
  run: (id) => world.runs.get(id)?.state,
  job: (id) => world.jobs.get(id)?.state,
  service: (address) => world.services.has(address),
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sorted = <T>(map: ReadonlyMap<Address, T>): ReadonlyMap<Address, T> =>
  new Map([...map].sort(([a], [b]) => compare(a, b)))
