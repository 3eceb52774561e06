/** What a plan shows of each thing: the changes and the commands. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Plan, TaskPlan } from '../engine/plan/plan.ts'

/** True when a thing may be treated so: the plan shows it, or more than it. */
export type Shows = (node: Address, thing: string, what: Pick<TaskPlan, 'action' | 'changes' | 'commands'>) => boolean

/** Less than was shown is fine: what another job of the run did need not be done again. */
export function shownBy(plan: Plan): Shows {
  const shown = new Map<string, ReadonlySet<string>>()
  for (const { node, thing, changes, commands } of plan.services.flatMap((service) => service.tasks))
    shown.set(thingKey(node, thing), new Set([...changes, ...commands].map(digestOf)))
  return (node, thing, { action, changes, commands }) => {
    if (commands.length === 0) return true
    const known = shown.get(thingKey(node, thing))
    // What is found of a thing that goes may be other than it was because of what went before it, such as its owner.
    const all = action === 'remove' ? commands : [...changes, ...commands]
    return known !== undefined && all.every((one) => known.has(digestOf(one)))
  }
}
