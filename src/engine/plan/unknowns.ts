/** What a plan does not know yet, and who will decide it. */
import type { Address } from '../../base/address.ts'
import type { LaterSource, LaterType } from '../../base/later.ts'
import type { PlanUnknown, ServicePlan } from './plan.ts'
import type { World } from './world.ts'

/** By service in the order of the plan, by field in the order of the data; empty mostly. */
export function unknownsOf(world: World, services: readonly ServicePlan[]): readonly PlanUnknown[] {
  const { laters } = world
  if (!laters) return []
  const told = new Set<Address>()
  return services.flatMap(({ address }) => {
    if (told.has(address)) return []
    told.add(address)
    const fields = [...(laters.get(address) ?? [])]
    if (fields.length > 0)
      return fields.flatMap(([field, { type, sources }]) => sources.map((one) => unknown(address, field, type, one)))
    // None of its own fields: what it consumes has one.
    const read = (world.tasks.get(address) ?? []).flatMap((thing) => thing.later?.sources ?? [])
    return [...new Map(read.map((one) => [`${one.from} ${one.output}`, one])).values()].map((one) =>
      unknown(address, '', 'any', one),
    )
  })
}

const unknown = (
  service: Address,
  field: string,
  type: LaterType,
  { from, output, when }: LaterSource,
): PlanUnknown => ({
  service,
  field,
  type,
  decidedBy: from,
  output,
  when,
})
