/** The looks that a plan needs: one at every node, and one more where new facts decide what else is wanted. */
import type { Address } from '../base/address.ts'
import { sameData } from '../base/json.ts'
import type { Facts } from '../engine/facts.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Memory } from '../store/store.ts'
import type { Assembly } from './assemble.ts'
import type { PlanOptions } from './contract.ts'
import { lookAtNodes, type NodeSights } from './look-at-nodes.ts'
import type { Nodes } from './nodes.ts'
import type { Scope } from './scope.ts'
import type { Sightings } from './sightings.ts'

/** What every plan begins with. */
export interface Begun {
  readonly memory: Memory
  readonly renames: ReadonlyMap<Address, Address>
  readonly nodes: Nodes
  readonly sightings: Sightings
  facts(node: Address): Facts | undefined
  assembly(): Assembly
  /** True when the looks told something that the assembly goes by: it was made anew. */
  learn(sights: NodeSights): boolean
}

/** Which plan it is to be. */
export interface PlanShape {
  readonly kind: Plan['kind']
  readonly options: PlanOptions
  readonly scope: Scope
  /** The claims of a lost state are sought: all nodes are asked for theirs. */
  readonly recovers?: { readonly from: string | undefined }
  /** Things that are no service's, such as those of actions: looked at as well. */
  extra(): readonly WantedThing[]
}

/** One look at all nodes; one more where facts seen for the first time decide what else is wanted. */
export async function lookForPlan(
  begun: Begun,
  { kind, options, scope, extra, recovers }: PlanShape,
): Promise<NodeSights> {
  const { memory } = begun
  const gone = new Set(scope.orphans)
  const known = new Set(memory.tasks.map((task) => thingKey(task.node, task.thing)))
  const look = (): Promise<NodeSights> => {
    const { wanted, held } = begun.assembly()
    const all = kind === 'destroy' ? [] : [...(kind === 'action' ? wanted : held).things.values()]
    const things = [...all.filter((thing) => thing.owners.some((owner) => scope.includes(owner))), ...extra()]
    const readNodes = kind === 'destroy' ? new Set<Address>() : begun.assembly().chosen.factsRead
    // Claims on things that are new to this workspace are among the facts.
    const withNews = new Set(
      things.filter((thing) => !known.has(thingKey(thing.node, thing.thing))).map((thing) => thing.node),
    )
    return lookAtNodes({
      nodes: begun.nodes,
      things,
      pastTasks: memory.tasks.filter((task) => scope.includes(task.service) || gone.has(task.service)),
      going: new Set(scope.orphans.filter((address) => memory.services.get(address)?.disposable)),
      wantsFacts: (node) =>
        recovers !== undefined || begun.facts(node) === undefined || withNews.has(node) || readNodes.has(node),
      readNodes,
      machineId: (node) => memory.nodes.get(node)?.facts.machineId,
      tryFindKind,
      signal: options.signal ?? new AbortController().signal,
    })
  }
  const sights = await look()
  const before = begun.assembly().wanted.things
  if (!begun.learn(sights) || kind === 'destroy') return sights
  const { things } = begun.assembly().wanted
  if ([...things.keys()].some((key) => !before.has(key))) return { ...(await look()), facts: sights.facts }
  await lookAgain(
    begun.nodes,
    [...things.values()].filter((thing) => isAnother(before.get(thingKey(thing.node, thing.thing)), thing)),
    (node) => sights.sights.get(node)?.state === 'seen',
    options.signal ?? new AbortController().signal,
  )
  return sights
}

/** Wanted otherwise now that more is known; only what was open can be. */
const isAnother = (former: WantedThing | undefined, { wanted, later }: WantedThing): boolean =>
  former?.later !== undefined && !later && !sameData(former.wanted, wanted)

/** What was seen answers the questions of before. */
async function lookAgain(
  nodes: Nodes,
  things: readonly WantedThing[],
  isSeen: (node: Address) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const byNode = new Map<Address, WantedThing[]>()
  for (const thing of things) byNode.set(thing.node, [...(byNode.get(thing.node) ?? []), thing])
  await Promise.all(
    [...byNode].map(([node, asked]) => (isSeen(node) ? nodes.look(node, asked, { facts: false, signal }) : undefined)),
  )
}
