/** A plan with what the policy of its workspace says of it. */
import { digestOf } from '../../base/json.ts'
import { sortProblems } from '../../base/problem.ts'
import type { Plan, PlanDemands } from '../plan/plan.ts'
import { type Risk, riskOf, risks } from '../plan/risk.ts'
import { isAbout, type Judging, judgePlan } from './judge-plan.ts'
import { Moment } from './moment.ts'
import type { Policy } from './policy.ts'

/** The same plan where the policy has nothing to say. An import changes nothing on nodes, and is not judged. `nowMs` since 1970. */
export function underPolicy(
  plan: Plan,
  policy: Policy,
  { nowMs, tagsOf }: { readonly nowMs: number; readonly tagsOf: Judging['tagsOf'] },
): Plan {
  if (plan.kind === 'import' || plan.services.length === 0) return plan
  const { denied, warned } = judgePlan(plan, policy.rules, { now: new Moment(nowMs, policy.timeZone), tagsOf })
  const demands = demandsOf(plan, policy)
  if (denied.length + warned.length === 0 && !demands) return plan
  const { hash: _, ...body } = plan
  const judged = {
    ...body,
    blocked: sortProblems([...body.blocked, ...denied]),
    warnings: sortProblems([...body.warnings, ...warned]),
    ...(demands ? { demands } : {}),
  }
  return { ...judged, hash: digestOf(judged) }
}

/** undefined: nobody has to approve or should look. */
export function demandsOf(plan: Plan, { approvals, reviewers }: Policy): PlanDemands | undefined {
  const risk = riskOf(plan)
  const asked = approvals
    .filter((rule) => isAbout(plan, rule.scope) && reaches(risk, rule.risk))
    .map((rule) => ({ risk: rule.risk, count: rule.count, keys: rule.keys }))
  const names = reviewers
    .filter((rule) => isAbout(plan, rule.scope) && reaches(risk, rule.risk ?? 'none'))
    .flatMap((rule) => rule.names)
  if (asked.length + names.length === 0) return undefined
  return { approvals: asked, reviewers: [...new Set(names)] }
}

const reaches = (risk: Risk, from: Risk): boolean => risks.indexOf(risk) >= risks.indexOf(from)
