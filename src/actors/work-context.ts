/** What a work is given by its run, and how it ends. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import type { AnyKind, CommandResult, Effect } from '../engine/kind.ts'
import type { ServicePlan } from '../engine/plan/plan.ts'
import type { PastTask, WantedThing, Work } from '../engine/plan/world.ts'
import type { JobRow, RememberedService } from '../store/store.ts'
import type { Question, Seen } from '../transport/transport.ts'
import type { NodeDesk } from './desk.ts'
import type { Ledger } from './ledger.ts'
import type { Stops, Timeouts } from './run-input.ts'
import type { MachineLimits } from './service-machine.ts'
import type { Shows } from './shown.ts'

export interface WorkEnd {
  readonly end: 'ok' | 'error' | 'cancelled'
  readonly problem?: Problem
  readonly warnings: readonly Problem[]
  readonly results: readonly CommandResult[]
  /** How often commands were given to the node; the last job id there ends with it. */
  readonly attempts: number
  /** Executions until it was ok or given up, those of earlier runs included. */
  readonly tries: number
  /** What the last look showed of the work's things, those to be rid of first; only of what is in place. */
  readonly seen?: readonly Seen[]
}

/** Everything a work needs of its run. */
export interface WorkContext {
  readonly work: Work
  readonly job: JobRow
  readonly desk: NodeDesk
  readonly ledger: Ledger
  readonly clock: Clock
  readonly limits: MachineLimits
  /** When a retry of an earlier run is due: not before. */
  readonly dueAt?: number
  readonly timeouts: Timeouts
  /** Milliseconds that something may move without a sign of life. */
  readonly patienceMs: number
  /** After how long the node takes back by itself what cut ays off from it. */
  readonly undoAfterMs: number
  readonly workspace: string
  readonly environment: string
  readonly fence: number
  /** What the plan saw, if nothing has moved since as far as we know. */
  readonly seen: readonly Seen[] | undefined
  past(node: Address, thing: string): PastTask | undefined
  tryFindKind(name: string): AnyKind | undefined
  /** How the service is remembered from now on; undefined when it goes. */
  readonly remember: RememberedService | undefined
  /** True when an effect may happen: it was shown, or is harmless for what was not looked at yet. */
  allows(effect: Effect): boolean
  /** In a run of a saved plan: what it shows of a thing; nothing else is done about it. */
  readonly shows: Shows | undefined
  readonly replace: boolean
  readonly removalWhy: ServicePlan['why']
  onMoving(progress: string): void
  readonly stops: Stops
}

/** A thing of the work: one to have, or one to be rid of. */
export interface WorkThing {
  readonly question: Question
  readonly wanted?: WantedThing
  readonly removal?: PastTask
}

/** Removals first, then the things in their order. */
export function thingsOf({ work, tryFindKind }: Pick<WorkContext, 'work' | 'tryFindKind'>): WorkThing[] {
  const removals = work.removals.flatMap((removal) => {
    const kind = tryFindKind(removal.kind)
    return kind ? [{ question: { kind, thing: removal.thing, wanted: removal.wanted }, removal }] : []
  })
  return [
    ...removals,
    ...work.things.map((wanted) => ({
      question: { kind: wanted.kind, thing: wanted.thing, wanted: wanted.wanted },
      wanted,
    })),
  ]
}

/** The looks of a work, in the order of its things. */
export const questionsOf = (of: Pick<WorkContext, 'work' | 'tryFindKind'>): Question[] =>
  thingsOf(of).map((one) => one.question)
