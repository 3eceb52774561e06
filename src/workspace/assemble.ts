/** From what was read to what is wanted: graph, choices, tasks, and how each service is remembered. */
import { type Address, addressOf, LOCAL } from '../base/address.ts'
import { sameData } from '../base/json.ts'
import { wordsOf } from '../base/later.ts'
import type { Problem } from '../base/problem.ts'
import { underHolds } from '../engine/actions/holds.ts'
import type { Blueprint, Declaration } from '../engine/blueprint/declaration.ts'
import type { Connection } from '../engine/connection.ts'
import { type BoundAction, bindActions } from '../engine/graph/actions.ts'
import { type Allocated, allocate } from '../engine/graph/allocate.ts'
import { type Built, buildGraph } from '../engine/graph/build.ts'
import { contextOf, type Surroundings, sourcesOf, workNodeOf } from '../engine/graph/context.ts'
import type { Graph, Service } from '../engine/graph/graph.ts'
import { type KeptFields, keptFieldsOf } from '../engine/graph/kept-fields.ts'
import { leaveToOthers } from '../engine/graph/left.ts'
import { outputsToRemember } from '../engine/graph/service-outputs.ts'
import { tasksOf, type WantedTasks } from '../engine/graph/tasks.ts'
import type { AnyTemplate } from '../engine/template.ts'
import type { Memory, RememberedService } from '../store/store.ts'

/** What the blueprints want, with every choice made. */
export interface Assembly {
  readonly graph: Graph
  readonly chosen: Allocated
  /** Everything that the blueprints want. */
  readonly wanted: WantedTasks
  /** The same while verbs keep some services lower. */
  readonly held: WantedTasks
  readonly problems: readonly Problem[]
  /** Services as they were last applied. */
  readonly past: Memory['services']
}

/** Links, derives and orders what was read. Pure; the problems are all mistakes of all files. */
export function link(
  blueprint: Blueprint,
  templates: readonly AnyTemplate[],
  options: {
    readonly legacy: boolean
    readonly reading: readonly Problem[]
    readonly keptFields?: (address: Address) => KeptFields | undefined
  },
): { readonly built: Built; readonly bound: readonly BoundAction[] } {
  const built = buildGraph({
    declarations: blueprint.declarations,
    templates,
    implicit: [localNode],
    legacy: options.legacy,
    unread: blueprint.unread,
    reading: options.reading,
    ...(options.keptFields ? { keptFields: options.keptFields } : {}),
    ...(blueprint.shadowed ? { shadowed: blueprint.shadowed } : {}),
  })
  const { bound, problems } = bindActions(built.graph, blueprint)
  return { bound, built: problems.length === 0 ? built : { ...built, problems: [...built.problems, ...problems] } }
}

/** Every workspace has the machine that ays runs on. */
const localNode: Declaration = {
  template: 'node.local',
  name: 'local',
  address: LOCAL,
  at: { file: 'ays', line: 1, column: 1 },
  fields: [],
  steer: { after: [], protect: false, heal: true, ignore: [], tags: [] },
}

/** Chooses, and asks the templates for their tasks. Called again when facts became known. */
export function assemble(built: Built, memory: Memory, surroundings: Surroundings): Assembly {
  const chosen = allocate(built, {
    ...surroundings,
    kept: memory.allocations,
    keptSlugs: new Map([...memory.services].map(([address, service]) => [address, service.slug])),
  })
  const wanted =
    chosen.problems.length > 0
      ? { tasks: new Map(), things: new Map(), problems: [] }
      : leaveToOthers(chosen, tasksOf(chosen), (address) => memory.services.get(address)?.ignored)
  const held = underHolds(wanted, memory.holds)
  const problems = [...chosen.problems, ...wanted.problems, ...roadsUnknown(chosen)]
  return { graph: chosen.graph, chosen, wanted, held, problems, past: memory.services }
}

/** A node must be reachable when the plan is made, or nothing on it could be shown. */
function roadsUnknown(chosen: Allocated): Problem[] {
  return [...chosen.open].flatMap((address): Problem[] => {
    const service = chosen.graph.services.get(address)
    if (!service?.template.connection || !chosen.shown?.complete) return []
    const [a, b] = ([0, 1] as const).map((variant) =>
      service.template.connection?.(contextOf(chosen, service, variant)),
    )
    if (sameData(a, b)) return []
    const message = `${address}: how it is reached depends on what is ${wordsOf(sourcesOf(chosen, service))}.`
    const hint = 'Apply what decides it first (--target), then plan again.'
    return [{ code: 'SET_UNKNOWN', at: service.at, message, hint }]
  })
}

function isRoadKnown(chosen: Allocated, service: Service): boolean {
  if (!chosen.open.has(service.address)) return true
  const { connection } = service.template
  return sameData(connection?.(contextOf(chosen, service, 0)), connection?.(contextOf(chosen, service, 1)))
}

/** How a node of the graph is reached; undefined for what is no node, and while it is not known. */
export function connectionOf({ graph, chosen }: Assembly, node: Address): Connection | undefined {
  const service = graph.services.get(node)
  if (!service || !isRoadKnown(chosen, service)) return undefined
  return service.template.connection?.(contextOf(chosen, service))
}

/** How a service is remembered from now on; undefined when it is not declared. */
export function rememberedOf(
  { graph, chosen, wanted, past }: Assembly,
  address: Address,
  now: number,
): RememberedService | undefined {
  const service = graph.services.get(address)
  if (!service) return undefined
  const ignored = keptFieldsOf(service, past.get(address)?.ignored)
  const worked = (wanted.tasks.get(address)?.length ?? 0) > 0
  const node = worked ? workNodeOf(service) : service.node
  const outputs = outputsToRemember(service, chosen.outputs.get(address))
  return {
    address,
    template: service.template.name,
    slug: chosen.slugs.get(address) ?? service.name,
    ...(node ? { node } : {}),
    ...(service.parent ? { parent: service.parent } : {}),
    consumes: [...new Set(Object.values(service.consumes).flat())],
    after: service.after,
    ...(service.template.disposable ? { disposable: true } : {}),
    ...(service.steer.tags.length > 0 ? { tags: service.steer.tags } : {}),
    ...(service.steer.protect ? { protect: true } : {}),
    ...(Object.keys(service.resolved).length > 0 ? { resolved: service.resolved } : {}),
    ...(ignored ? { ignored } : {}),
    ...(outputs ? { outputs } : {}),
    appliedAt: now,
  }
}

/** `$moved`: former address → the address it has now, where the former is remembered and the new one is not. */
export function renamesOf(graph: Graph, memory: Memory): ReadonlyMap<Address, Address> {
  const renames = new Map<Address, Address>()
  for (const service of graph.services.values()) {
    const former = service.steer.moved?.address
    if (former === undefined) continue
    const [role = '', name = ''] = former.split(/[!/]/u)
    const old = addressOf(role, name)
    if (memory.services.has(old) && !memory.services.has(service.address) && !graph.services.has(old))
      renames.set(old, service.address)
  }
  return renames
}
