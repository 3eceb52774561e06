/** What a run is given, what it tells while it goes, and what became of it. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import type { AnyKind, CommandResult } from '../engine/kind.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { GitCommit } from '../engine/plan/plan-schema.ts'
import type { PastTask, Work } from '../engine/plan/world.ts'
import type { End } from '../engine/run/readiness.ts'
import type { ActionState, Change, JobRow, RememberedService, Run, Store } from '../store/store.ts'
import type { Seen, Transport } from '../transport/transport.ts'

export interface RunInput {
  readonly plan: Plan
  readonly works: readonly Work[]
  /** What the run is remembered to have carried out: the hash of the plan, or of the saved one. */
  readonly planHash: string
  readonly commit?: GitCommit
  /** True for a node on which nothing runs that the plan does not show: it is a saved one, and saw that node. */
  holdsTo(node: Address): boolean
  readonly store: Store
  readonly clock: Clock
  readonly who: string
  readonly fence: number
  readonly workspace: string
  /** 8 hex digits of this state; job ids begin with it. */
  readonly tag: string
  readonly parallel: number
  /** Exchanges with commands on one node at once; at most 4. */
  readonly perNode: number
  /** How often a service is tried again, and after which errors. */
  retries(service: Address): Retries
  /** How long the commands of a service may show no sign of life. */
  timeouts(service: Address): Timeouts
  /** How long something may move by itself without getting further, where the service does not say. */
  readonly patienceMs: number
  /** After how long a node takes back by itself what cut ays off from it. */
  readonly undoAfterMs: number
  openTransport(node: Address): Promise<Transport>
  /** Closes the connection to a node that was just remade, so that the next one is new. */
  resetTransport(node: Address): Promise<void>
  tryFindKind(name: string): AnyKind | undefined
  remember(address: Address): RememberedService | undefined
  past(node: Address, thing: string): PastTask | undefined
  /** Everything remembered of a service. */
  pastOf(service: Address): readonly PastTask[]
  /** What is known of an action of a service. */
  actionState(service: Address, action: string, entry: string): ActionState | undefined
  /** What the plan saw of a thing, while it may still be true. */
  seen(node: Address, thing: string): Seen | undefined
  readonly replace: ReadonlySet<Address>
  /** Facts and the like, once a node is seen for the first time in this run. */
  onFirstSight(node: Address, transport: Transport): Promise<readonly Change[]>
  /** What of an open work is known by now: asked before it starts. Absent: no work is open. */
  fill?(work: Work): Promise<Filled>
  /** What was found of a work's things that are in place, for those who read it; gives what is to be remembered. */
  onFound?(work: Work, found: ReadonlyMap<string, unknown>): readonly Change[]
  /** What the run keeps of its making, written with it. */
  keeps?(run: number): readonly Change[]
  /** Looks at the nodes of a wave. Gives what is wrong with them. */
  gate(
    gate: NonNullable<Work['gate']>,
    options: { readonly signal: AbortSignal; readonly onWait: (progress: string) => void },
  ): Promise<Problem | undefined>
  /** Written with the run: renames, allocations, what is in place and changed only on paper. */
  readonly onPaper: readonly Change[]
  readonly stops: Stops
  /** Those of the run, or of this service alone. */
  stopsOf(service: Address): Stops
  onStart(run: number, jobs: number): void
  onWork(work: Work, event: WorkEvent): void
}

/** What ends works before their time. */
export interface Stops {
  /** Aborted: nothing new starts, what runs goes on to its end. */
  readonly signal: AbortSignal
  /** Aborted: what runs is ended. */
  readonly endNow: AbortSignal
  /** Who asked for it from elsewhere, if someone did. */
  by(): string | undefined
}

/** A work with everything known, or why it cannot be begun. */
export type Filled = (
  | { readonly work: Work; readonly problem?: undefined }
  | { readonly problem: Problem; readonly work?: undefined }
) & { readonly changes: readonly Change[] }

/** Waits between attempts; `all`: after any error, else only after what a kind calls transient. */
export interface Retries {
  readonly waitsMs: readonly number[]
  readonly all: boolean
}

/** Milliseconds without a sign of life. */
export interface Timeouts {
  /** `$timeout`: for every command of the service, and for what moves by itself. */
  readonly askedMs?: number
  /** For a command of which neither its kind nor its action says something. */
  readonly usualMs: number
}

export type WorkEvent =
  | { readonly type: 'started'; readonly action: string }
  | { readonly type: 'moving'; readonly progress: string }
  | {
      readonly type: 'ended'
      readonly end: End
      readonly ms: number
      readonly problem?: Problem
      readonly results: readonly CommandResult[]
    }

export interface RunResult {
  readonly run: number
  readonly state: Run['state']
  readonly cancelledBy?: string
  readonly jobs: readonly JobRow[]
  readonly problems: readonly Problem[]
}
