/** The policy that a saved plan is judged by: that of its workspace, where it is at hand. */
import { ProblemsError, throwProblems } from '../base/problem.ts'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import type { Policy } from '../engine/policy/policy.ts'
import { findRoot } from '../workspace/locate.ts'
import { policyOf } from '../workspace/policy-file.ts'
import { readSettings } from '../workspace/read.ts'

/** Throws WORKSPACE_MISSING, PLAN_FOREIGN for the folder of another workspace, and the mistakes of policy.yaml. */
export function policyFor(saved: SavedPlan, folder: string): Policy {
  const root = findRoot(folder)
  const { workspace } = readSettings(root).file
  if (workspace !== undefined && workspace !== saved.workspace)
    throw new ProblemsError([
      {
        code: 'PLAN_FOREIGN',
        message: `The plan is of the workspace ${saved.workspace}; this is ${workspace}.`,
        hint: 'Name the folder of its workspace with -C.',
      },
    ])
  const { policy, problems } = policyOf(root)
  throwProblems(problems)
  return policy
}
