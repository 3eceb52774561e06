/** A saved plan is held to: nothing runs for a thing but the commands that the plan shows for it. */
import { digestOf } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { Judged } from './judge.ts'
import type { WorkContext, WorkThing } from './work-context.ts'

/** PLAN_STALE for the first thing that would need a command that was not shown. Fewer commands are fine: another job did the rest. */
export function strayed(
  { work, shown }: Pick<WorkContext, 'work' | 'shown'>,
  things: readonly WorkThing[],
  judged: Judged,
): Problem | undefined {
  if (!shown) return undefined
  for (const [i, { question }] of things.entries()) {
    const known = shown(work.node, question.thing)
    const others = judged.decisions[i]?.commands.filter((command) => !known?.has(digestOf(command))) ?? []
    if (others.length === 0) continue
    const fields = judged.decisions[i]?.changes.map((change) => change.path || 'it') ?? []
    return {
      code: 'PLAN_STALE',
      message: `${question.thing} on ${work.node} changed while the plan was applied: ${[...new Set(fields)].slice(0, 5).join(', ')}.`,
      hint: `Nothing was done there for ${work.service}. Make a new plan, look at it, and apply that one.`,
    }
  }
  return undefined
}
