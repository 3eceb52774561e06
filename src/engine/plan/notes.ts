/** What is known beside a plan: no part of what it does, nor of its hash. Plain data, kept with a saved plan. */
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import { type Cause, causesOf } from './causes.ts'
import { type Estimates, estimate } from './estimate.ts'
import type { Plan } from './plan.ts'
import type { Reach } from './reach.ts'
import type { Undo } from './undo.ts'

export interface PlanNotes {
  /** Why each service is in the plan. */
  readonly causes: Readonly<Record<Address, readonly [Cause, ...Cause[]]>>
  readonly reach: Reach
  /** What a template is, in a line, by its name. */
  readonly templates: Readonly<Record<string, string>>
  readonly estimates: Estimates
  /** The way back of each thing that commands are run for, by `thingKey(node, thing)`; of a part, by `undoKey`. */
  readonly undo: Readonly<Record<string, Undo>>
  /** Absent: it was not simulated. */
  readonly simulation?: Simulated
  /** Absent: nobody said what it holds for. */
  readonly basis?: PlanBasis
}

/** What became of a plan on copies of its nodes. */
export interface Simulated {
  /** refused: apply would refuse the plan, and so nothing was simulated. */
  readonly state: 'ok' | 'failed' | 'refused'
  /** Jobs that ended well. */
  readonly jobs: number
  /** Services that were not simulated: of them, or of what they stand on, the look did not tell everything. */
  readonly left: readonly Address[]
  /** SIMULATION_DIFFERS for each field that is not as wanted afterwards, and what failed. */
  readonly problems: readonly Problem[]
}

/** What a plan holds for. */
export interface PlanBasis {
  /** The workspace's tag, as its things bear it on shared machines. */
  readonly workspace: string
  /** The last run of the state that it was compared with; absent: nothing was applied yet. */
  readonly run?: number
  /** Digest of blueprints, variables and templates. */
  readonly sources?: string
}

/** For a plan that came without them: nothing was measured, and why is only what the plan itself says. */
export const bareNotes = (plan: Plan): PlanNotes => ({
  causes: causesOf(plan, { services: new Map(), order: [] }),
  reach: { around: [], arrows: [] },
  templates: {},
  estimates: estimate(plan, [], 1),
  undo: {},
})
