/** Which job waits for which: producers first, removals the other way round, shared things after those that lead. */
import type { Address } from '../../base/address.ts'
import { producersOf } from '../graph/graph.ts'
import type { ServicePlan } from './plan.ts'
import type { Planned } from './planned.ts'
import type { Shares } from './shares.ts'
import type { PastService, Work, World } from './world.ts'

export function orderWorks(
  world: World,
  shares: Shares,
  planned: readonly Planned[],
): { readonly services: readonly ServicePlan[]; readonly works: readonly Work[] } {
  const byAddress = new Map(planned.map((one) => [one.plan.address, one]))
  const dependants = dependantsOf(world.past.services)
  const behind = sharersOf(world, shares, byAddress)
  const producers = nearestPlanned(world, byAddress)
  const sharers = formerSharers(world)
  const services: ServicePlan[] = []
  const works: Work[] = []
  for (const one of [...planned.filter((p) => !p.removal), ...removalsInOrder(planned, dependants)]) {
    const after = one.removal ? beforeRemoval(one, byAddress, dependants, sharers) : producers(one.plan.address)
    const soft = (behind.get(one.plan.address) ?? []).filter((address) => !after.includes(address))
    services.push({ ...one.plan, after, ...(soft.length > 0 ? { behind: soft } : {}) })
    const lastKeys = (address: Address): string[] => byAddress.get(address)?.works.map((work) => work.key) ?? []
    one.works.forEach((work, i) => {
      const previous = one.works[i - 1]
      works.push({
        ...work,
        after: [...after.flatMap(lastKeys), ...(previous ? [previous.key] : [])],
        behind: soft.flatMap(lastKeys),
      })
    })
  }
  return { services, works }
}

/** The nearest producers that have something to do, seen through those that have not. Linear: each service is walked once. */
function nearestPlanned(world: World, planned: ReadonlyMap<Address, Planned>): (address: Address) => Address[] {
  const seen = new Map<Address, readonly Address[]>()
  for (const address of world.graph.order) {
    const service = world.graph.services.get(address)
    if (!service) continue
    const found = new Set<Address>()
    for (const producer of [
      ...producersOf(service),
      ...(service.node && service.node !== address ? [service.node] : []),
    ]) {
      const one = planned.get(producer)
      if (one && !one.removal) found.add(producer)
      else for (const through of seen.get(producer) ?? []) found.add(through)
    }
    seen.set(address, [...found])
  }
  return (address) => [...(seen.get(address) ?? [])]
}

function dependantsOf(past: ReadonlyMap<Address, PastService>): ReadonlyMap<Address, readonly Address[]> {
  const dependants = new Map<Address, Address[]>()
  for (const service of past.values())
    for (const producer of new Set([
      ...producersOf({ parent: service.parent, consumes: { all: service.consumes }, after: service.after }),
      ...(service.node ? [service.node] : []),
    ])) {
      if (producer === service.address) continue
      const list = dependants.get(producer)
      if (list) list.push(service.address)
      else dependants.set(producer, [service.address])
    }
  return dependants
}

/** What must be done before a removal: what depended on it. What goes with a node comes after the node instead. */
function beforeRemoval(
  one: Planned,
  planned: ReadonlyMap<Address, Planned>,
  dependants: ReadonlyMap<Address, readonly Address[]>,
  sharers: ReadonlyMap<Address, ReadonlySet<Address>>,
): Address[] {
  if (one.withNode) return planned.has(one.withNode) ? [one.withNode] : []
  const { address } = one.plan
  const direct = dependants.get(address) ?? []
  const through = direct.flatMap((dependant) =>
    planned.get(dependant)?.withNode === address ? (dependants.get(dependant) ?? []) : [],
  )
  const after = [...direct, ...through].filter(
    (dependant) => dependant !== address && planned.has(dependant) && planned.get(dependant)?.withNode !== address,
  )
  // The last owner of a shared thing removes it, after the others.
  const others = [...(sharers.get(address) ?? [])].filter((other) => other !== address && planned.get(other)?.removal)
  return [...new Set([...after, ...others])]
}

/** Who shared things with the service that is remembered as their first owner. */
function formerSharers(world: World): ReadonlyMap<Address, ReadonlySet<Address>> {
  const sharers = new Map<Address, Set<Address>>()
  for (const { service, shared } of world.past.tasks) {
    if (!shared) continue
    const known = sharers.get(service) ?? new Set()
    sharers.set(service, known)
    for (const other of shared) known.add(other)
  }
  return sharers
}

/** Consumers before producers; depth first, so that every list of jobs reads as it will run. */
function removalsInOrder(planned: readonly Planned[], dependants: ReadonlyMap<Address, readonly Address[]>): Planned[] {
  const removals = new Map(planned.filter((one) => one.removal).map((one) => [one.plan.address, one]))
  const ordered: Planned[] = []
  const visited = new Set<Address>()
  const stack: { address: Address; next: number }[] = []
  for (const root of [...removals.keys()].sort()) {
    if (visited.has(root)) continue
    visited.add(root)
    stack.push({ address: root, next: 0 })
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (!top) break
      const dependant = (dependants.get(top.address) ?? [])[top.next++]
      if (dependant === undefined) {
        stack.pop()
        const done = removals.get(top.address)
        if (done) ordered.push(done)
      } else if (removals.has(dependant) && !visited.has(dependant)) {
        visited.add(dependant)
        stack.push({ address: dependant, next: 0 })
      }
    }
  }
  return ordered
}

/** By owner of shared things, who is to be done about them before: the first owner, or who leads where each has its part. */
function sharersOf(
  world: World,
  shares: Shares,
  planned: ReadonlyMap<Address, Planned>,
): ReadonlyMap<Address, readonly Address[]> {
  const behind = new Map<Address, Set<Address>>()
  for (const thing of world.things.values()) {
    if (thing.owners.length < 2) continue
    const present = thing.owners.filter((owner) => planned.has(owner))
    for (const owner of present) {
      const leaders = shares(owner, thing)?.behind ?? present.slice(0, 1)
      const before = leaders.filter((leader) => leader !== owner && planned.has(leader))
      if (before.length > 0) behind.set(owner, new Set([...(behind.get(owner) ?? []), ...before]))
    }
  }
  return new Map([...behind].map(([owner, before]) => [owner, [...before]]))
}
