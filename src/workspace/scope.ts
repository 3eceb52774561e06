/** What a plan is about: which declared services, and which remembered ones are to go. */
import { type Address, LOCAL } from '../base/address.ts'
import { throwProblems } from '../base/problem.ts'
import type { Graph } from '../engine/graph/graph.ts'
import { matchAddresses, selectServices } from '../engine/graph/targets.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Memory } from '../store/store.ts'
import type { PlanOptions } from './contract.ts'

export interface Scope {
  includes(address: Address): boolean
  readonly orphans: readonly Address[]
}

export interface ScopeInput {
  readonly kind: Plan['kind']
  readonly options: PlanOptions
  readonly graph: Graph
  readonly memory: Memory
  /** False with --file: nothing is an orphan then. */
  readonly orphansAllowed: boolean
  /** Services in disabled files, which are kept until --prune. */
  spared(address: Address): boolean
}

/** Throws TARGET_UNKNOWN for what matches nothing. An empty workspace plans no removals: that is `destroy`. */
export function scopeOf({ kind, options, graph, memory, orphansAllowed, spared }: ScopeInput): Scope {
  const all = [...memory.services.keys()]
  const selection = { targets: options.targets ?? [], exclude: options.exclude ?? [], tags: options.tags ?? [] }
  if (kind === 'destroy') return { includes: () => false, orphans: destroyed(memory, all, selection) }
  const declared = [...graph.services.keys()].some((address) => address !== LOCAL)
  const undeclared = all.filter((address) => !graph.services.has(address) && !spared(address))
  const orphans = orphansAllowed && declared && kind !== 'import' ? undeclared : []
  if (options.only) {
    const only = new Set(options.only)
    return { includes: (address) => only.has(address), orphans: orphans.filter((address) => only.has(address)) }
  }
  const { selected, problems } = selectServices(graph, { ...selection, orphans })
  throwProblems(problems)
  if (!selected) return { includes: () => true, orphans }
  return {
    includes: (address) => selected.has(address),
    orphans: orphans.filter((address) => selected.has(address)),
  }
}

/** Of a scope, these services only. */
export const narrowed = (scope: Scope, only: ReadonlySet<Address>): Scope => ({
  includes: (address) => only.has(address) && scope.includes(address),
  orphans: scope.orphans.filter((address) => only.has(address)),
})

/** What is asked to go takes along what depends on it. */
function destroyed(
  memory: Memory,
  all: readonly Address[],
  { targets, exclude, tags }: { targets: readonly string[]; exclude: readonly string[]; tags: readonly string[] },
): readonly Address[] {
  const tagged = all.filter((address) => memory.services.get(address)?.tags?.some((tag) => tags.includes(tag)))
  const asked = targets.length + tags.length === 0 ? all : targets.flatMap((pattern) => matchAddresses(pattern, all))
  const going = new Set([...asked, ...tagged])
  for (const pattern of exclude) for (const address of matchAddresses(pattern, all)) going.delete(address)
  for (let before = -1; before !== going.size; ) {
    before = going.size
    for (const service of memory.services.values()) {
      const needs = [service.parent, service.node, ...service.consumes, ...service.after]
      const goes = needs.some((address) => address !== undefined && address !== service.address && going.has(address))
      if (goes) going.add(service.address)
    }
  }
  return [...going]
}
