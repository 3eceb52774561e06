/** A plan with what it was made from. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { Finding } from '../engine/kind.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Work } from '../engine/plan/world.ts'
import type { Change, Memory } from '../store/store.ts'
import type { Assembly } from './assemble.ts'
import type { ActionOrder, PlanOptions } from './contract.ts'
import type { Filling } from './filling.ts'
import type { NodeSights } from './look-at-nodes.ts'
import type { LostClaim } from './lost-state.ts'
import type { Nodes } from './nodes.ts'

/** Everything behind a plan that its apply needs again. */
export interface Planned {
  readonly plan: Plan
  readonly works: readonly Work[]
  readonly assembly: Assembly
  readonly memory: Memory
  readonly renames: ReadonlyMap<Address, Address>
  readonly sights: NodeSights
  readonly nodes: Nodes
  readonly replace: ReadonlySet<Address>
  /** What the plan compared with; a node that it makes is bare. */
  findingOf(node: Address, thing: string, bare: unknown): Finding<unknown>
  /** What fills its open works in the run. */
  readonly filling: Filling
  /** Services that were looked at: what is remembered of the others stays as it is. */
  includes(address: Address): boolean
  /** Claims of a lost state that this plan takes over, or has to leave. */
  readonly lost?: ReadonlyMap<string, LostClaim>
  /** What the verbs of an action plan set and lift; written with its run. */
  readonly holdChanges: readonly Change[]
  /** What it was asked for with: it is made again with the same. */
  readonly asked: { readonly options: PlanOptions; readonly order?: ActionOrder }
  /** The hash of the saved plan that this one is held to: what is done is what that one shows, or nothing. */
  readonly savedHash?: string
  /** What it still lacks of the approvals that policy.yaml asks for. */
  readonly unapproved: readonly Problem[]
}
