/** Two revisions compared, for machines. */
import { type Json, plain } from '../../base/json.ts'
import { riskOf } from '../../engine/plan/risk.ts'
import type { RevisionsDiff } from '../../review/diff-revisions.ts'
import { problemJson } from './json.ts'
import { isDifferent } from './revisions.ts'

/** Stable, with a format number. Secrets appear as `{ sealed, ref }`, and what is sealed is no value but a stand-in. */
export function revisionsJson(diff: RevisionsDiff): Json {
  const { base, head, environment, trust, services, actions, templates, notes, warnings, plan } = diff
  return plain({
    format: 1,
    different: isDifferent(diff),
    environment,
    base,
    head,
    trust,
    risk: riskOf(plan),
    services: services.map(({ work, ...service }) => ({
      ...service,
      ...(work ? { work: { ...work, problem: work.problem && problemJson(work.problem) } } : {}),
    })),
    actions,
    templates,
    notes,
    warnings: warnings.map(problemJson),
    radius: plan.radius,
    blocked: plan.blocked.map(problemJson),
  })
}
