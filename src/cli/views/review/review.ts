/** What the views for reviewers are given. */
import type { PlanNotes } from '../../../engine/plan/notes.ts'
import type { Plan } from '../../../engine/plan/plan.ts'
import type { Since } from '../../../engine/plan/since.ts'

export interface Review {
  readonly plan: Plan
  /** Of the saved plan, where there is one, else of the plan: what an approval and an apply are bound to. */
  readonly hash: string
  readonly notes: PlanNotes
  /** What moved since the last plan of the same review. */
  readonly since?: Since
}
