/** A thing whose wants were united over several services: what of it the job of each of them is to have, and when. */
import type { Address } from '../../base/address.ts'
import { type Graph, producersOf } from '../graph/graph.ts'
import { thingKey } from '../graph/tasks.ts'
import type { WantedThing, World } from './world.ts'

/** What one of the owners of a thing does about it. */
export interface Share {
  /** What its job is to have of the thing: its own, and as a leader that of its group. */
  readonly wanted: unknown
  /** False: another one leads, and has it in place before. */
  readonly leads: boolean
  /** Leaders that come before it, because it waits for all that they wait for. */
  readonly behind: readonly Address[]
}

export type Shares = (address: Address, thing: Pick<WantedThing, 'node' | 'thing'>) => Share | undefined

/**
 * Owners that can go together do: the first in the order of work has what all those want that wait for nothing that it
 * does not wait for. What another one waits for may be what makes its part possible, such as the source of a package.
 * A thing that its owners want alike, or of which something is known only after apply, is not shared out.
 */
export function sharesOf(world: Pick<World, 'graph' | 'tasks' | 'things' | 'past' | 'replace' | 'includes'>): Shares {
  const waits = waitsIn(world)
  const shares = new Map<string, ReadonlyMap<Address, Share>>()
  for (const [key, thing] of world.things)
    if (thing.each && !thing.later) shares.set(key, shareOut(world, thing, waits))
  return (address, { node, thing }) => shares.get(thingKey(node, thing))?.get(address)
}

/** What one of the owners wants of the thing by itself. */
export const ownOf = (thing: WantedThing, owner: Address): unknown =>
  thing.each?.has(owner) ? thing.each.get(owner) : thing.wanted

type Waits = (address: Address) => ReadonlySet<Address>

function shareOut(
  { past, replace, includes }: Pick<World, 'past' | 'replace' | 'includes'>,
  thing: WantedThing,
  waits: Waits,
): ReadonlyMap<Address, Share> {
  const groups = new Map<Address, Address[]>()
  for (const owner of thing.owners) {
    const leader = [...groups.keys()].find((one) => isWithin(waits(owner), waits(one)))
    if (leader) groups.get(leader)?.push(owner)
    else groups.set(owner, [owner])
  }
  const leaderOf = new Map([...groups].flatMap(([leader, group]) => group.map((owner) => [owner, leader] as const)))
  // Off the node and on again goes all that stood there, whoever wants it.
  const standing = thing.owners.filter((owner) => past.services.has(owner))
  return new Map(
    thing.owners.map((owner): [Address, Share] => {
      const leader = leaderOf.get(owner) ?? owner
      const leads = leader === owner || !includes(leader)
      const before = [...groups.keys()].filter((one) => one !== owner && isWithin(waits(one), waits(owner)))
      const group = groups.get(owner) ?? [owner]
      const wanted = united(thing, replace.has(owner) ? [...new Set([...group, ...standing])] : group)
      return [owner, { wanted, leads, behind: (leads ? before : [leader]).filter(includes) }]
    }),
  )
}

/** Their wants were united before, all together: a part of them unites as well. */
function united(thing: WantedThing, owners: readonly Address[]): unknown {
  const [first, ...others] = owners.map((owner) => ownOf(thing, owner))
  return others.reduce((former, own) => {
    const merged = thing.kind.merge?.(former, own)
    return merged && 'wanted' in merged ? merged.wanted : former
  }, first)
}

/** By owner, everything it waits for that does something on a node, whichever way it comes to wait for it. */
function waitsIn({ graph, tasks }: Pick<World, 'graph' | 'tasks'>): Waits {
  const known = new Map<Address, ReadonlySet<Address>>()
  return (address) => {
    const before = known.get(address) ?? new Set(allBefore(graph, address).filter((one) => tasks.get(one)?.length))
    known.set(address, before)
    return before
  }
}

function allBefore(graph: Graph, address: Address): Address[] {
  const before = new Set<Address>([address])
  for (const one of before) {
    const service = graph.services.get(one)
    if (!service) continue
    for (const producer of producersOf(service)) before.add(producer)
    if (service.node) before.add(service.node)
  }
  before.delete(address)
  return [...before]
}

const isWithin = (some: ReadonlySet<Address>, all: ReadonlySet<Address>): boolean =>
  some.size <= all.size && [...some].every((one) => all.has(one))
