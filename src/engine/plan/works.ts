/** What is to be done, cut by node. */
import type { Address } from '../../base/address.ts'
import type { Planned } from './planned.ts'
import type { PastTask, WantedThing } from './world.ts'

/** One work per node; without things only something is written down. */
export function worksOf(
  address: Address,
  things: readonly WantedThing[],
  removals: readonly PastTask[],
): Planned['works'] {
  const nodes = new Set([...things.map((thing) => thing.node), ...removals.map((task) => task.node)])
  if (nodes.size === 0) return [paper(address, address)]
  return [...nodes].map((node) => ({
    key: `${address}@${node}`,
    service: address,
    node,
    onPaper: false,
    things: things.filter((thing) => thing.node === node),
    removals: [...removals.filter((task) => task.node === node)].sort((a, b) => b.position - a.position),
  }))
}

/** Nothing to do on a node. */
export const paper = (address: Address, node: Address): Planned['works'][number] => ({
  key: `${address}@${node}`,
  service: address,
  node,
  things: [],
  removals: [],
  onPaper: true,
})
