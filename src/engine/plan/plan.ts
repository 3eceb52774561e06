import type { Address } from '../../base/address.ts'
import type { LaterType } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Command, Effect, FieldChange } from '../kind.ts'
import type { Wave } from '../run/wave.ts'
import type { Rung } from '../task.ts'

/**
 * What would change, where, why and with which commands; data, before anything happens.
 * It is a prediction that is held to: apply never does a riskier thing than it shows.
 */
export interface Plan {
  readonly format: 1
  readonly kind: 'apply' | 'destroy' | 'import' | 'action'
  readonly environment: string
  /** Digest of everything below; equal plans have equal hashes. */
  readonly hash: string
  /** One per service with something to say, in the order of work; unchanged ones are only counted. */
  readonly services: readonly ServicePlan[]
  readonly counts: Readonly<Record<Action, number>>
  readonly radius: BlastRadius
  /** Nodes that could not be asked, and why. */
  readonly unreachable: readonly { readonly node: Address; readonly problem: Problem }[]
  readonly warnings: readonly Problem[]
  /** What `apply` refuses until it is allowed: data loss without --allow, $protect. */
  readonly blocked: readonly Problem[]
  /** Services that a verb keeps lower than the blueprint says. */
  readonly held: readonly PlanHold[]
  /** Services that are remembered under another address (`$moved`): renamed, not replaced. */
  readonly renamed: readonly Renamed[]
  /** What is known only after apply. Absent: every value is known. */
  readonly unknowns?: readonly PlanUnknown[]
  /** What policy.yaml asks of people for a plan like this one. Absent: nothing. */
  readonly demands?: PlanDemands
  readonly nodes: number
  /** The nodes that are changed one group after the other; absent: as their services are ready. */
  readonly waves?: readonly Wave[]
  /** True when every node is simulated or none is: nothing real is touched. */
  readonly simulated: boolean
}

/** Whose approval a plan needs, and who should look at it. */
export interface PlanDemands {
  readonly approvals: readonly ApprovalDemand[]
  readonly reviewers: readonly string[]
}

/** `count` approvals by any of `keys`, because the plan is of this risk or a worse one. */
export interface ApprovalDemand {
  readonly risk: 'low' | 'medium' | 'high'
  readonly count: number
  readonly keys: readonly string[]
}

/** A service that has a new address and is the same on its node. */
export interface Renamed {
  readonly from: Address
  readonly to: Address
}

/** A field whose value is known only after apply. In `changes` it stands as `{ later: { type, from } }`. */
export interface PlanUnknown {
  readonly service: Address
  /** `content`, `users.0.name`; '' where a service that it consumes has such a field. */
  readonly field: string
  readonly type: LaterType
  /** Who decides it, and the output that is not known. */
  readonly decidedBy: Address
  readonly output: string
  /** `after node/n1 is made`. */
  readonly when: string
}

/** A hold, as every plan names it. */
export interface PlanHold {
  readonly address: Address
  readonly rung: Exclude<Rung, 'running'>
  readonly verb: string
  readonly who: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What happens to a service; `act` is an action of its template. `none` appears only in counts. */
export type Action = 'create' | 'update' | 'replace' | 'remove' | 'adopt' | 'act' | 'unknown' | 'none'

export interface ServicePlan {
  readonly address: Address
  readonly template: string
  readonly action: Action
  /**
   * new: not remembered · change: the blueprint moved · drift: the node moved · both · orphan: no longer declared ·
   * asked: --replace or a verb · held: a verb keeps it lower than the blueprint says · waits: looked at when `waitsFor` is done · lost: its node is out of reach
   */
  readonly why:
    | 'new'
    | 'change'
    | 'drift'
    | 'both'
    | 'orphan'
    | 'waits'
    | 'lost'
    | 'adopt'
    | 'destroy'
    | 'asked'
    | 'held'
  readonly waitsFor?: Address
  /** The verb or action of the template, where this is not about being as declared. */
  readonly verb?: string
  /** The node its tasks run on; absent when it has none. */
  readonly node?: Address
  readonly at?: Place
  readonly tasks: readonly TaskPlan[]
  /** Services whose job must be done before, among those in this plan. */
  readonly after: readonly Address[]
  /** Jobs that go first, but whose failure does not hold this one up (they share a thing). */
  readonly behind?: readonly Address[]
  readonly derivedBy?: Address
  readonly problem?: Problem
}

export interface TaskPlan {
  readonly thing: string
  readonly kind: string
  readonly node: Address
  readonly rung: Exclude<Rung, 'absent'>
  readonly action: Exclude<Action, 'act'>
  readonly why: ServicePlan['why']
  readonly changes: readonly FieldChange[]
  /** The commands as data; secrets in them are sealed by JSON. Empty for what goes with its node. */
  readonly commands: readonly Command[]
  readonly effects: readonly Effect[]
  readonly problem?: Problem
  /** Where the value stands that forces the change, when it is known. */
  readonly at?: Place
  /** What the node does to take it back by itself, unless ays reaches it again over a new connection. */
  readonly undo?: readonly string[]
  /** Under way by itself; the job only waits. */
  readonly moving?: string
  /** It goes with its node, without commands. */
  readonly withNode?: boolean
  /** Another workspace takes care of it: `workspace, service`. */
  readonly claimedBy?: string
}

export interface BlastRadius {
  readonly nodes: readonly Address[]
  readonly restarts: readonly string[]
  readonly dataLoss: readonly string[]
  readonly other: readonly Effect[]
}
