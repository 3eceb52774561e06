/** Facts that the looks of a plan did not ask for, for the claims that are among them. */
import type { Address } from '../base/address.ts'
import type { Facts } from '../engine/facts.ts'
import type { Work } from '../engine/plan/world.ts'
import { type Assembly, connectionOf } from './assemble.ts'
import type { NodeSights } from './look-at-nodes.ts'
import type { Nodes } from './nodes.ts'

/** Of nodes on which remembered things are to be changed: another state may have taken over. Nodes without work are not asked. */
export async function claimsBeforeActing(
  works: readonly Work[],
  sights: NodeSights,
  nodes: Nodes,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<Address, Facts>> {
  const busy = new Set(works.filter((work) => !work.onPaper && !work.lost).map((work) => work.node))
  const unasked = [...busy].filter((node) => sights.sights.get(node)?.state === 'seen' && !sights.facts.has(node))
  return await factsOf(unasked, nodes, signal)
}

/** Also of nodes on which nothing is declared: a lost state may have left something there. */
export async function claimsOfEveryNode(
  assembly: Assembly,
  sights: NodeSights,
  nodes: Nodes,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<Address, Facts>> {
  const all = assembly.graph.order.filter((node) => connectionOf(assembly, node) !== undefined)
  return await factsOf(
    all.filter((node) => !sights.sights.has(node)),
    nodes,
    signal,
  )
}

/** A node that does not answer is left out. */
async function factsOf(
  asked: readonly Address[],
  nodes: Nodes,
  signal = new AbortController().signal,
): Promise<ReadonlyMap<Address, Facts>> {
  const found = await Promise.all(
    asked.map(async (node) => {
      // One of its own: Node warns of a leak where more than ten listen to one signal.
      const { facts } = await nodes.look(node, [], { facts: true, signal: AbortSignal.any([signal]) })
      return [node, facts] as const
    }),
  )
  return new Map(found.flatMap(([node, facts]) => (facts ? [[node, facts] as const] : [])))
}
