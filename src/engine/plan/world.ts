/** What a plan is made of: the graph, what is wanted on which node, what was found, what is remembered. */
import type { Address } from '../../base/address.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Later } from '../../base/later.ts'
import type { Problem } from '../../base/problem.ts'
import type { Claim } from '../claim.ts'
import type { Graph } from '../graph/graph.ts'
import type { OwnedTask } from '../graph/tasks.ts'
import type { AnyKind, Finding } from '../kind.ts'
import type { Wave, WaveRule } from '../run/wave.ts'
import type { Rung } from '../task.ts'
import type { Plan, PlanHold, Renamed } from './plan.ts'

/** One thing on one node as the whole graph wants it. The first owner's job does the work; the plan shows it there. */
export type WantedThing = OwnedTask

/** A service as it was last applied: what planning needs of it. */
export interface PastService {
  readonly address: Address
  readonly template: string
  /** The node whose connection its tasks used; absent for services without tasks. */
  readonly node?: Address
  readonly parent?: Address
  readonly consumes: readonly Address[]
  readonly after: readonly Address[]
  /** A disposable node takes what lives on it along. */
  readonly disposable?: boolean
  /** $protect as last applied: also an orphan keeps it. */
  readonly protect?: boolean
}

/** One thing on one node as it was last applied. Secrets are sealed. */
export interface PastTask {
  readonly service: Address
  /** Others that want the same thing; `service` is the first of them in the order of work. */
  readonly shared?: readonly Address[]
  readonly node: Address
  readonly thing: string
  readonly kind: string
  readonly wanted: Json
  /** What was there before ays came (a Found of the kind). */
  readonly before: Json
  /** It was as wanted, or taken as it was, when first seen. */
  readonly adopted: boolean
  readonly rung: Exclude<Rung, 'absent'>
  readonly holds?: 'data'
  /** Its place among the service's tasks. */
  readonly position: number
}

/**
 * How a node stands while planning. seen: it was asked · bare: this plan makes it · waits: this plan mends it first ·
 * remembered: it is not asked, and what is not remembered of it is not there · lost: out of reach.
 */
export type Sight =
  | { readonly state: 'seen' }
  | { readonly state: 'bare' }
  | { readonly state: 'waits' }
  | { readonly state: 'remembered' }
  | { readonly state: 'lost'; readonly problem: Problem }

/** An action of a service's template, to be done once. */
export interface PlanAct {
  readonly service: Address
  readonly action: string
  /** Digest of the arguments. */
  readonly entry: string
  readonly args: JsonObject
  readonly things: readonly WantedThing[]
  /** How long its commands may show no sign of life. */
  readonly timeoutMs?: number
  /** Although it was done before. */
  readonly force: boolean
}

export interface World {
  readonly kind: Plan['kind']
  readonly environment: string
  readonly graph: Graph
  /** Per service in the order of work; a shared thing stands under each of its owners. */
  readonly tasks: ReadonlyMap<Address, readonly WantedThing[]>
  /** The same by `thingKey`. */
  readonly things: ReadonlyMap<string, WantedThing>
  /** Fields that are known only after apply, by service and path. Absent: everything is known. */
  readonly laters?: ReadonlyMap<Address, ReadonlyMap<string, Later>>
  readonly past: { readonly services: ReadonlyMap<Address, PastService>; readonly tasks: readonly PastTask[] }
  finding(node: Address, thing: string): Finding<unknown> | undefined
  sight(node: Address): Sight
  /** Who else claims a thing on a node; undefined when nobody does, or we do. */
  claimedBy(node: Address, thing: string): string | undefined
  /** Only to recover a lost state: the claim that it left on a thing. */
  lostClaim?(node: Address, thing: string): Claim | undefined
  tryFindKind(name: string): AnyKind | undefined
  /** Remembered services that are not declared and are to go. */
  readonly orphans: readonly Address[]
  /** Services that this plan is about: --target, --exclude, --tag. */
  includes(address: Address): boolean
  readonly replace: ReadonlySet<Address>
  readonly holds: ReadonlyMap<Address, PlanHold>
  /** What `past` was remembered as before it was given its present addresses. */
  readonly renamed: readonly Renamed[]
  /** Actions that the blueprints ask for and that are not done yet. */
  readonly acts: readonly PlanAct[]
  readonly allow: readonly string[]
  /** In which order nodes are changed; none: as their services are ready. */
  readonly waves: readonly WaveRule[]
  readonly warnings: readonly Problem[]
  readonly simulated: boolean
}

/** What is to be done for one service on one node. Holds secrets; never stored. Open, while a thing of it is `later`. */
export interface Work {
  /** `role/name@node/n`, unique in a plan. */
  readonly key: string
  readonly service: Address
  readonly node: Address
  /** In order; things led by others are among them, so that this job finds them in place or does them itself. */
  readonly things: readonly WantedThing[]
  /** Off the node, before the things. */
  readonly removals: readonly PastTask[]
  /** Only written down: the node is not asked (no tasks, or they go with their node). */
  readonly onPaper: boolean
  /** The service is forgotten when this and all its other works are ok. */
  readonly forgets?: boolean
  /** Looked at and judged; a difference is an error, nothing is done about it. */
  readonly looksOnly?: boolean
  /** Done once and not remembered as wanted: an action of the template. */
  readonly passing?: boolean
  /** Done although it was done before. */
  readonly force?: boolean
  /** Not work on a service: the nodes of a wave are looked at before those of the next one are touched. */
  readonly gate?: Wave & { readonly wave: number; readonly waves: number }
  /** The action of a service that this work is; its state is kept under this name and entry. */
  readonly act?: {
    readonly action: string
    readonly entry: string
    readonly args: JsonObject
    readonly timeoutMs?: number
  }
  /** Filled in the run: what the plan saw of its things answers other questions. */
  readonly filled?: boolean
  /** What is there is remembered as it is: `ays import`. */
  readonly adopts?: boolean
  /** The claims of a lost state that are taken over with the adoption, by thing. */
  readonly takesOver?: ReadonlyMap<string, Claim>
  /** The node was out of reach when the plan was made: the work fails with this, and its dependants wait for another day. */
  readonly lost?: Problem
  readonly after: readonly string[]
  readonly behind: readonly string[]
}
