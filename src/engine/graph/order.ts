/** Puts producers before consumers, and names the circles that make it impossible. */
import type { Address } from '../../base/address.ts'
import { type Needs, shortestCycle, stronglyConnected } from './cycle.ts'

/**
 * The order of work: by distance from those that need nothing, by address among equals; so the order of files and keys
 * never matters. What stands in a circle, or needs one, is not in `order`; each circle is in `cycles` once, as
 * `[a, b]` for "a needs b, b needs a". Kahn's algorithm, linear after one sort of the addresses.
 */
export function orderGraph(needs: Needs): { readonly order: Address[]; readonly cycles: Address[][] } {
  const consumers = consumersOf(needs)
  const missing = new Map<Address, number>()
  const level = new Map<Address, number>()
  const queue: Address[] = []
  for (const [address, producers] of needs) {
    const count = new Set(producers.filter((producer) => needs.has(producer))).size
    missing.set(address, count)
    if (count === 0) {
      level.set(address, 0)
      queue.push(address)
    }
  }
  for (let next = 0; next < queue.length; next++) {
    const address = queue[next]
    if (address === undefined) break
    const above = (level.get(address) ?? 0) + 1
    for (const consumer of consumers.get(address) ?? []) {
      const left = (missing.get(consumer) ?? 1) - 1
      missing.set(consumer, left)
      // The last producer to arrive is on the highest level: the queue runs level by level.
      if (left === 0) {
        level.set(consumer, above)
        queue.push(consumer)
      }
    }
  }
  const rest = [...needs.keys()].filter((address) => !level.has(address))
  return { order: byLevel(level), cycles: rest.length === 0 ? [] : cyclesAmong(rest, needs) }
}

/** The reverse of `needs`: producer → those that need it, each once. */
export function consumersOf(needs: Needs): Map<Address, Address[]> {
  const consumers = new Map<Address, Address[]>()
  for (const address of needs.keys()) consumers.set(address, [])
  for (const [address, producers] of needs) {
    for (const producer of new Set(producers)) consumers.get(producer)?.push(address)
  }
  return consumers
}

function byLevel(level: ReadonlyMap<Address, number>): Address[] {
  const levels: Address[][] = []
  for (const address of [...level.keys()].sort()) {
    const at = level.get(address) ?? 0
    const row = levels[at]
    if (row) row.push(address)
    else levels[at] = [address]
  }
  return levels.flat()
}

function cyclesAmong(addresses: readonly Address[], needs: Needs): Address[][] {
  const kept = new Set(addresses)
  const among = new Map<Address, Address[]>()
  for (const address of [...addresses].sort()) {
    among.set(address, [...new Set(needs.get(address) ?? [])].filter((producer) => kept.has(producer)).sort())
  }
  return stronglyConnected(among)
    .filter((members) => members.length > 1 || members.some((one) => among.get(one)?.includes(one)))
    .map((members) => shortestCycle(members, among))
    .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}
