/** What a plan relies on without changing it: what its services have in place, and what they need of others. */
import type { Address } from '../../base/address.ts'
import { type Graph, producersOf } from '../graph/graph.ts'
import { thingKey, type WantedTasks } from '../graph/tasks.ts'
import type { Plan } from './plan.ts'
import type { SavedPlan } from './plan-schema.ts'

/** By node, sorted. `includes` are the services that were looked at. */
export function reliesOf(
  plan: Plan,
  of: { readonly graph: Graph; readonly wanted: WantedTasks; includes(address: Address): boolean },
): SavedPlan['relies'] {
  const changed = new Set(
    plan.services.flatMap((service) => service.tasks.map((task) => thingKey(task.node, task.thing))),
  )
  const relied = new Map<Address, Set<string>>()
  for (const address of neededBy(of.graph, coveredBy(plan)))
    for (const { node, thing } of of.includes(address) ? (of.wanted.tasks.get(address) ?? []) : [])
      if (!changed.has(thingKey(node, thing))) relied.set(node, (relied.get(node) ?? new Set()).add(thing))
  return Object.fromEntries(
    [...relied].sort(([a], [b]) => (a < b ? -1 : 1)).map(([node, of]) => [node, [...of].sort()]),
  )
}

/** The services that a plan does something about; what is out of reach waits for another plan. */
export const coveredBy = (plan: Plan): ReadonlySet<Address> =>
  new Set(plan.services.flatMap((service) => (service.why === 'lost' ? [] : [service.address])))

/** Themselves, and what they need, and so on. */
function neededBy(graph: Graph, addresses: ReadonlySet<Address>): ReadonlySet<Address> {
  const needed = new Set(addresses)
  for (const address of needed) {
    const service = graph.services.get(address)
    if (!service) continue
    for (const producer of producersOf(service)) needed.add(producer)
    if (service.node) needed.add(service.node)
  }
  return needed
}
