/** A saved plan hashed anew after a change, as whoever writes the file can do. */
import type { SavedPlan } from '../../src/engine/plan/plan-schema.ts'
import { sealPlan } from '../../src/engine/plan/saved-plan.ts'

export function resealed({ hash: _, format: __, approvals, ...rest }: SavedPlan): SavedPlan {
  return { ...sealPlan(rest), ...(approvals ? { approvals } : {}) }
}
