/** A saved plan is held to: nothing is done about a thing but what the plan shows. */
import type { Problem } from '../base/problem.ts'
import type { Judged } from './judge.ts'
import type { WorkContext, WorkThing } from './work-context.ts'

/** PLAN_STALE for the first thing that needs something that was not shown. */
export function strayed(
  { work, shows }: Pick<WorkContext, 'work' | 'shows'>,
  things: readonly WorkThing[],
  { decisions }: Judged,
): Problem | undefined {
  const at = decisions.findIndex((decision, i) => {
    const { question, wanted } = things[i] ?? {}
    return shows && question && !shows(work.node, question.thing, decision, wanted?.part ? 'shared' : 'whole')
  })
  const [thing, decision] = [things[at]?.question.thing, decisions[at]]
  if (!thing || !decision) return undefined
  const fields = [...new Set(decision.changes.map((change) => change.path || 'it'))].slice(0, 5)
  return {
    code: 'PLAN_STALE',
    message: `${thing} on ${work.node} changed while the plan was applied: ${fields.join(', ')}.`,
    hint: `Nothing was done there for ${work.service}. Make a new plan, look at it, and apply that one.`,
  }
}
