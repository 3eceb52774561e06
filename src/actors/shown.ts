/** What a plan shows of each thing: the changes and the commands. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Plan, TaskPlan } from '../engine/plan/plan.ts'

/** True when a thing may be treated so: the plan shows it, or more than it. `shared`: each owner has a part of it. */
export type Shows = (
  node: Address,
  thing: string,
  what: Pick<TaskPlan, 'action' | 'changes' | 'commands'>,
  of: 'whole' | 'shared',
) => boolean

/** Less than was shown is fine: what another job of the run did need not be done again. */
export function shownBy(plan: Plan): Shows {
  const shown = new Map<string, Set<string>>()
  for (const { node, thing, changes, commands } of plan.services.flatMap((service) => service.tasks)) {
    const known = shown.get(thingKey(node, thing)) ?? new Set()
    for (const one of [...changes, ...commands]) known.add(digestOf(one))
    shown.set(thingKey(node, thing), known)
  }
  return (node, thing, { action, changes, commands }, of) => {
    if (commands.length === 0) return true
    const known = shown.get(thingKey(node, thing))
    return known !== undefined && told(action, changes, commands, of).every((one) => known.has(digestOf(one)))
  }
}

function told(
  action: TaskPlan['action'],
  changes: TaskPlan['changes'],
  commands: TaskPlan['commands'],
  of: 'whole' | 'shared',
): readonly unknown[] {
  // What is found of a thing that goes may be other than it was because of what went before it, such as its owner.
  if (action === 'remove') return commands
  // An owner whose leader failed does its own part of what was shown there, by a command of its own.
  return of === 'shared' && action === 'update' ? changes : [...changes, ...commands]
}
