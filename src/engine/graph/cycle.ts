/** Finds circles among services: which belong together in one, and the shortest walk around it. */
import type { Address } from '../../base/address.ts'

/** Who needs whom: consumer → producers. Producers that are no key are ignored. */
export type Needs = ReadonlyMap<Address, readonly Address[]>

/** Groups of which every member reaches every other (Tarjan 1972, without recursion: chains may be long). */
export function stronglyConnected(needs: Needs): Address[][] {
  const groups: Address[][] = []
  const index = new Map<Address, number>()
  const low = new Map<Address, number>()
  const open: Address[] = []
  const isOpen = new Set<Address>()
  const enter = (address: Address): Visit => {
    index.set(address, index.size)
    low.set(address, index.size - 1)
    open.push(address)
    isOpen.add(address)
    return { address, producers: needs.get(address) ?? [], next: 0 }
  }
  const lower = (address: Address, to: number | undefined): void => {
    low.set(address, Math.min(low.get(address) ?? 0, to ?? 0))
  }
  for (const root of needs.keys()) {
    if (index.has(root)) continue
    const walk: Visit[] = [enter(root)]
    for (let visit = walk.at(-1); visit; visit = walk.at(-1)) {
      const producer = visit.producers[visit.next++]
      if (producer !== undefined) {
        if (!index.has(producer)) walk.push(enter(producer))
        else if (isOpen.has(producer)) lower(visit.address, index.get(producer))
        continue
      }
      walk.pop()
      const above = walk.at(-1)
      if (above) lower(above.address, low.get(visit.address))
      if (low.get(visit.address) === index.get(visit.address)) {
        const group = open.splice(open.lastIndexOf(visit.address))
        for (const member of group) isOpen.delete(member)
        groups.push(group)
      }
    }
  }
  return groups
}

interface Visit {
  readonly address: Address
  readonly producers: readonly Address[]
  next: number
}

/** Steps that the search for a shortest circle may take in one group; beyond, the best circle found so far is named. */
const STEPS_MAX = 500_000

/** The shortest circle within one strongly connected group, from its smallest address: `[a, b]` is a needs b needs a. */
export function shortestCycle(members: readonly Address[], needs: Needs): Address[] {
  const inside = new Set(members)
  let best: Address[] | undefined
  let steps = 0
  for (const start of [...members].sort()) {
    const cameFrom = new Map<Address, Address>()
    let wave: Address[] = [start]
    for (let length = 1; wave.length > 0 && length < (best?.length ?? Number.POSITIVE_INFINITY); length++) {
      const next: Address[] = []
      for (const address of wave) {
        for (const producer of needs.get(address) ?? []) {
          steps++
          if (producer === start) {
            best = walkBack(start, address, cameFrom)
            next.length = 0
            break
          }
          if (!inside.has(producer) || cameFrom.has(producer)) continue
          cameFrom.set(producer, address)
          next.push(producer)
        }
        if (best?.length === length) break
      }
      wave = next
    }
    if (best && (best.length <= 2 || steps > STEPS_MAX)) break
  }
  return fromSmallest(best ?? [])
}

function walkBack(start: Address, last: Address, cameFrom: ReadonlyMap<Address, Address>): Address[] {
  const walk: Address[] = []
  for (let address: Address | undefined = last; address !== undefined && address !== start; ) {
    walk.push(address)
    address = cameFrom.get(address)
  }
  return [start, ...walk.reverse()]
}

function fromSmallest(cycle: readonly Address[]): Address[] {
  const smallest = [...cycle].sort()[0]
  const at = smallest === undefined ? 0 : cycle.indexOf(smallest)
  return [...cycle.slice(at), ...cycle.slice(0, at)]
}

/** `a → b → a`: each needs the next. */
export const showCycle = (cycle: readonly Address[]): string => [...cycle, ...cycle.slice(0, 1)].join(' → ')
