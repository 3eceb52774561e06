/** Which actions run, and in which order: AYS's lifecycle with its prerequisites, forwards and backwards. */
import type { Address } from '../../base/address.ts'
import type { Graph } from '../graph/graph.ts'

/** Verbs that every service has. */
export const LIFECYCLE = ['init', 'install', 'start', 'monitor', 'stop', 'uninstall', 'delete'] as const

/** What comes before a verb in the same service. */
const PREREQUISITES: Readonly<Record<string, readonly string[]>> = {
  install: ['init'],
  start: ['install'],
  monitor: ['start'],
  uninstall: ['stop'],
  delete: ['uninstall'],
}

const BACKWARD = new Set(['stop', 'uninstall', 'delete'])

/** stop, uninstall and delete go children first; everything else producers first. */
export const isBackward = (action: string): boolean => BACKWARD.has(action)

export interface ActionGraph {
  /** Parent included. */
  producers(service: Address): readonly Address[]
  /** Services that live on it. */
  children(service: Address): readonly Address[]
  /** Prerequisites that a template adds for its own actions; undefined: the service has no such action. */
  requires(service: Address, action: string): readonly string[] | undefined
  /** Done already, so that nobody waits for it. What was asked for by name runs all the same. */
  isOk(service: Address, action: string): boolean
}

export interface ActionStep {
  readonly service: Address
  readonly action: string
  /** Steps that must be ok before, by key. */
  readonly after: readonly string[]
}

export const actionKey = (service: Address, action: string): string => `${service}#${action}`

/**
 * Everything that the asked actions pull in. Forwards: the prerequisites in the same service and the same action of every
 * producer, as far as they are not ok. Backwards: the prerequisites and the same action of every child. The actions of one
 * service go layer by layer: one that failed stops the later layers of its own service, and nothing else but what needs it.
 */
export function orderActions(
  graph: ActionGraph,
  asked: readonly { readonly service: Address; readonly action: string }[],
): readonly ActionStep[] {
  const needs = new Map<string, { service: Address; action: string; after: Set<string> }>()
  const queue = [...asked]
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { service, action } = next
    const key = actionKey(service, action)
    if (needs.has(key)) continue
    const after = new Set<string>()
    needs.set(key, { service, action, after })
    for (const before of neededBy(graph, service, action)) {
      after.add(actionKey(before.service, before.action))
      queue.push(before)
    }
  }
  for (const step of needs.values()) for (const key of step.after) if (!needs.has(key)) step.after.delete(key)
  layByLayer(needs)
  return [...needs.values()].map(({ service, action, after }) => ({ service, action, after: [...after].sort() }))
}

function neededBy(graph: ActionGraph, service: Address, action: string): { service: Address; action: string }[] {
  const own = [...(PREREQUISITES[action] ?? []), ...(graph.requires(service, action) ?? [])].map((before) => ({
    service,
    action: before,
  }))
  if (isBackward(action)) return [...own, ...graph.children(service).map((child) => ({ service: child, action }))]
  const others = graph.producers(service).filter((producer) => graph.requires(producer, action) !== undefined)
  return [...own, ...others.map((producer) => ({ service: producer, action }))].filter(
    (one) => !graph.isOk(one.service, one.action),
  )
}

/** A service's own actions by their depth among themselves; each layer waits for the whole layer before. */
function layByLayer(needs: ReadonlyMap<string, { service: Address; action: string; after: Set<string> }>): void {
  const byService = new Map<Address, string[]>()
  for (const [key, { service }] of needs) byService.set(service, [...(byService.get(service) ?? []), key])
  for (const keys of byService.values()) {
    const own = new Set(keys)
    const depths = new Map<string, number>()
    const depthOf = (key: string): number => {
      const known = depths.get(key)
      if (known !== undefined) return known
      depths.set(key, 0)
      const before = [...(needs.get(key)?.after ?? [])].filter((one) => own.has(one))
      const depth = before.length === 0 ? 0 : Math.max(...before.map(depthOf)) + 1
      depths.set(key, depth)
      return depth
    }
    for (const key of keys) depthOf(key)
    for (const key of keys)
      for (const other of keys) if (depths.get(other) === (depths.get(key) ?? 0) - 1) needs.get(key)?.after.add(other)
  }
}

/** The steps as a run is shown: each as early as what it waits for allows. */
export function stepsOf(steps: readonly ActionStep[]): readonly (readonly ActionStep[])[] {
  const byKey = new Map(steps.map((step) => [actionKey(step.service, step.action), step]))
  const depths = new Map<string, number>()
  const depthOf = (key: string): number => {
    const known = depths.get(key)
    if (known !== undefined) return known
    depths.set(key, 0)
    const after = byKey.get(key)?.after ?? []
    const depth = after.length === 0 ? 0 : Math.max(...after.map(depthOf)) + 1
    depths.set(key, depth)
    return depth
  }
  const rows: ActionStep[][] = []
  for (const [key, step] of byKey) {
    const depth = depthOf(key)
    rows[depth] = [...(rows[depth] ?? []), step]
  }
  return rows.map((row) =>
    [...row].sort((a, b) => (actionKey(a.service, a.action) < actionKey(b.service, b.action) ? -1 : 1)),
  )
}

/** The lifecycle over a graph when nothing is known to be ok: everything that an order could pull in. */
export function lifecycleOf(graph: Graph): ActionGraph {
  const children = new Map<Address, Address[]>()
  for (const service of graph.services.values()) {
    if (service.parent) children.set(service.parent, [...(children.get(service.parent) ?? []), service.address])
  }
  return {
    producers: (address) => {
      const service = graph.services.get(address)
      return service ? [...(service.parent ? [service.parent] : []), ...Object.values(service.consumes).flat()] : []
    },
    children: (address) => children.get(address) ?? [],
    requires: (address, action) => {
      if ((LIFECYCLE as readonly string[]).includes(action)) return []
      const own = graph.services.get(address)?.template.actions?.[action]
      return own && (own.requires ?? ['start'])
    },
    isOk: () => false,
  }
}
