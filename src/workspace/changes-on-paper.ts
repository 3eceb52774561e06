/** What is remembered differently although nothing on a node differs: new owners, links, renamed fields. */
import type { Address } from '../base/address.ts'
import { sameData } from '../base/json.ts'
import { rememberedWanted } from '../engine/graph/left.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import type { Allocation, Change, Memory, RememberedService } from '../store/store.ts'

export interface PaperInput {
  readonly memory: Memory
  readonly things: ReadonlyMap<string, WantedThing>
  readonly allocations: readonly Allocation[]
  /** Services that this plan does nothing about. */
  readonly untouched: ReadonlySet<Address>
  remember(address: Address): RememberedService | undefined
}

/** Changes to commit with a run, before anything else. Empty when the memory is true as it is. */
export function changesOnPaper(input: PaperInput): Change[] {
  return [...allocationChanges(input), ...serviceChanges(input), ...taskChanges(input)]
}

function allocationChanges({ memory, allocations }: PaperInput): Change[] {
  const known = new Map(memory.allocations.map((one) => [`${one.address} ${one.choice}`, one]))
  return allocations
    .filter((one) => !sameData(one, known.get(`${one.address} ${one.choice}`)))
    .map((allocation) => ({ put: 'allocation', allocation }))
}

function serviceChanges({ memory, untouched, remember }: PaperInput): Change[] {
  return [...untouched].flatMap((address): Change[] => {
    const past = memory.services.get(address)
    const now = remember(address)
    if (!past || !now || sameData({ ...now, appliedAt: 0 }, { ...past, appliedAt: 0 })) return []
    return [{ put: 'service', service: { ...now, appliedAt: past.appliedAt } }]
  })
}

/** A thing in place whose wanted value or owners are remembered otherwise. */
function taskChanges({ memory, things, untouched }: PaperInput): Change[] {
  return memory.tasks.flatMap((past): Change[] => {
    const thing = things.get(thingKey(past.node, past.thing))
    const [first, ...others] = thing?.owners ?? []
    if (!thing || thing.later || !first || !thing.owners.every((owner) => untouched.has(owner))) return []
    const { shared: _shared, ...rest } = past
    const now = {
      ...rest,
      service: first,
      wanted: rememberedWanted(thing, past),
      ...(others.length > 0 ? { shared: others } : {}),
    }
    return sameData(now, past) ? [] : [{ put: 'task', task: now }]
  })
}
