/** The commands that a plan shows, by thing. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Plan } from '../engine/plan/plan.ts'

/** Digests of the commands of a thing; undefined: the plan does nothing about it. */
export type ShownCommands = (node: Address, thing: string) => ReadonlySet<string> | undefined

export function shownBy(plan: Plan): ShownCommands {
  const shown = new Map<string, ReadonlySet<string>>()
  for (const { node, thing, commands } of plan.services.flatMap((service) => service.tasks))
    shown.set(thingKey(node, thing), new Set(commands.map(digestOf)))
  return (node, thing) => shown.get(thingKey(node, thing))
}
