import type { Address } from '../base/address.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { Facts } from '../engine/facts.ts'
import type { KeptFields } from '../engine/graph/kept-fields.ts'
import type { GitCommit } from '../engine/plan/plan-schema.ts'
import type { PastService, PastTask } from '../engine/plan/world.ts'
import type { Rung } from '../engine/task.ts'

/** A service as it was last applied. */
export interface RememberedService extends PastService {
  readonly slug: string
  readonly tags?: readonly string[]
  /** Which unnamed links were resolved to the only candidate. */
  readonly resolved?: Readonly<Record<string, Address>>
  /** Fields under `$ignore`, as they were last applied. Secrets are sealed. */
  readonly ignored?: KeptFields
  /** Outputs that only a look at its things gives, as they were; never secret ones. */
  readonly outputs?: JsonObject
  readonly appliedAt: number
}

/** One thing on one node as it was last applied. */
export type RememberedTask = PastTask

export interface RememberedNode {
  readonly address: Address
  readonly facts: Facts
  /** How it was reached, with secrets sealed. */
  readonly connection: Json
  readonly seenAt: number
}

/** One choice: a port, an address, a disk. */
export interface Allocation {
  readonly address: Address
  readonly choice: string
  readonly pool: string
  readonly value: string | number
}

/** A verb keeps a service lower than its blueprint says, until start, install or the blueprint lifts it. */
export interface Hold {
  readonly address: Address
  /** The highest rung it may stand on. */
  readonly rung: Exclude<Rung, 'running'>
  /** The verb that set it: stop, uninstall, delete. */
  readonly verb: string
  readonly who: string
  readonly at: number
}

/** What became of an action of a service: AYS's action states are a view of this and of the last jobs. */
export interface ActionState {
  readonly address: Address
  /** A verb of the template, or `apply` for the attempts at being in place. */
  readonly action: string
  /** Digest of its arguments: an entry that is ok runs once. */
  readonly entry: string
  readonly state: 'ok' | 'error' | 'scheduled'
  /** Attempts since it was last ok. */
  readonly attempts: number
  readonly lastAt?: number
  /** When it is due again: a retry or its period. */
  readonly nextAt?: number
  readonly problem?: Problem
}

export interface Memory {
  readonly services: ReadonlyMap<Address, RememberedService>
  readonly tasks: readonly RememberedTask[]
  readonly nodes: ReadonlyMap<Address, RememberedNode>
  readonly allocations: readonly Allocation[]
  readonly holds: ReadonlyMap<Address, Hold>
  readonly actions: readonly ActionState[]
}

export type RunState = 'running' | 'ok' | 'error' | 'cancelled'
export interface Run {
  readonly id: number
  readonly kind: 'apply' | 'destroy' | 'import' | 'action'
  readonly state: RunState
  readonly startedAt: number
  readonly endedAt?: number
  readonly who: string
  /** Of the plan, or of the saved plan that it came from. */
  readonly planHash: string
  /** The commit of git that the workspace stood at, if it is in a repository. */
  readonly commit?: GitCommit
  readonly fence: number
  /** Who cancelled it from elsewhere: `anna@desk (pid 4711)`. */
  readonly cancelledBy?: string
  readonly summary?: JsonObject
}

export type JobState = 'waiting' | 'running' | 'ok' | 'error' | 'skipped' | 'cancelled'
export interface JobRow {
  readonly id: string
  readonly run: number
  readonly service: Address
  readonly node: Address
  readonly state: JobState
  readonly action: string
  readonly attempts: number
  readonly startedAt?: number
  readonly endedAt?: number
  readonly problem?: Problem
  /** Titles, codes and the ends of the outputs of what ran; secrets redacted. */
  readonly results?: Json
}

export interface EventRow {
  readonly sequence: number
  readonly at: number
  readonly run: number | undefined
  readonly what: string
  readonly service?: Address
  readonly data?: Json
}

/** News that a webhook has not taken yet. */
export interface Delivery {
  /** The same each time that it is sent. */
  readonly id: string
  /** Which webhook, as a sealed digest: its address may be a secret. */
  readonly hook: string
  readonly type: string
  readonly body: string
  readonly at: number
}

/** What a run keeps of its making, by name: its plan, and the files that it was made from. */
export interface Kept {
  readonly run: number
  readonly name: string
  /** Of the text; equal texts are kept once. */
  readonly hash: string
}

/** One thing to write down. A list of them is committed whole or not at all. */
export type Change =
  | { readonly put: 'service'; readonly service: RememberedService }
  | { readonly drop: 'service'; readonly address: Address }
  | { readonly put: 'task'; readonly task: RememberedTask }
  | { readonly drop: 'task'; readonly node: Address; readonly thing: string }
  | { readonly put: 'node'; readonly node: RememberedNode }
  | { readonly drop: 'node'; readonly address: Address }
  | { readonly put: 'allocation'; readonly allocation: Allocation }
  | { readonly drop: 'allocations'; readonly address: Address }
  | { readonly put: 'hold'; readonly hold: Hold }
  | { readonly drop: 'hold'; readonly address: Address }
  | { readonly put: 'action'; readonly action: ActionState }
  | { readonly drop: 'actions'; readonly address: Address }
  | { readonly put: 'job'; readonly job: JobRow }
  | { readonly put: 'run'; readonly run: Run }
  | { readonly put: 'event'; readonly event: Omit<EventRow, 'sequence'> }
  | { readonly put: 'delivery'; readonly delivery: Delivery }
  | { readonly drop: 'delivery'; readonly id: string }
  | { readonly put: 'text'; readonly hash: string; readonly text: string }
  | { readonly put: 'kept'; readonly kept: Kept }
  /** All that the run keeps. */
  | { readonly drop: 'kept'; readonly run: number }
  /** Those that no run keeps. */
  | { readonly drop: 'texts' }

export interface Holder {
  /** `anna@desk, pid 4711`. */
  readonly who: string
  readonly host: string
  readonly pid: number
  readonly since: number
  readonly heartbeatAt: number
  readonly fence: number
  /** False: its heartbeat is older than 15 s, or its process is gone on this host. */
  readonly alive: boolean
}

/** Who takes a seat: a lease, or the watch. */
export interface Claim {
  readonly who: string
  readonly host: string
  readonly pid: number
}

/** What another ays asks of the run that holds the lease. */
export interface CancelRequest {
  /** Of the lease that it is meant for: a later run is never hit. */
  readonly fence: number
  readonly run?: number
  /** finish: nothing new starts, what runs is finished. now: what runs on the nodes is ended. */
  readonly how: 'finish' | 'now'
  /** Only these; absent: the whole run. */
  readonly services?: readonly Address[]
  readonly who: string
  readonly at: number
}

/** A seat that one process has: it beats until it is released. */
export interface Seat {
  /** Aborts when it was lost to someone else (a heartbeat found another fence). */
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface Lease extends Seat {
  readonly fence: number
  /** Tells what others ask of this holder, within a second; what was asked before as well. */
  onCancel(listener: (request: CancelRequest) => void): void
}

/** What is remembered for one workspace and environment. Writes are durable when `commit` returns. */
export interface Store {
  memory(): Memory
  commit(changes: readonly Change[]): void
  /** The next free run id. */
  nextRun(): number
  runs(limit?: number): readonly Run[]
  run(id: number): Run | undefined
  jobs(run: number): readonly JobRow[]
  /** Jobs that were running when their run was cut off. */
  openJobs(): readonly JobRow[]
  events(options?: { readonly run?: number; readonly after?: number; readonly limit?: number }): readonly EventRow[]
  /** Takes the writer's lease; a live holder gives it back instead. A holder whose heartbeat is older than 15 s, or whose pid is gone on this host, is dead. */
  acquire(who: Claim): Promise<Lease | { readonly heldBy: Holder }>
  /** As the lease, for `ays watch`: one watches, whoever writes. */
  acquireWatch(who: Claim): Promise<Seat | { readonly heldBy: Holder }>
  /** Asks the holder to end; false when nobody alive holds the lease with that fence. */
  requestCancel(request: CancelRequest): boolean
  holder(): Holder | undefined
  /** What webhooks have not taken yet, oldest first. */
  deliveries(): readonly Delivery[]
  /** What a run keeps, sorted by name. */
  kept(run: number): readonly (Kept & { readonly text: string })[]
  /** Runs that keep something, the oldest first. */
  keepers(): readonly number[]
  /** Takes the lease from whoever holds it; a live holder only with `force`. */
  unlock(options: { readonly force: boolean }): { readonly cleared: Holder | undefined; readonly refused?: Holder }
  close(): void
}
