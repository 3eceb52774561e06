/** Everything that a plan is made of, put together. */
import { type Address, LOCAL } from '../base/address.ts'
import { isError, type Problem, ProblemsError } from '../base/problem.ts'
import type { Claim } from '../engine/claim.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import { thingKey } from '../engine/graph/tasks.ts'
import type { Finding } from '../engine/kind.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Sight, World } from '../engine/plan/world.ts'
import { tryFindKind } from '../sal/kinds.ts'
import type { Memory } from '../store/store.ts'
import { type Assembly, connectionOf } from './assemble.ts'
import type { PlanOptions } from './contract.ts'
import type { NodeSights } from './look-at-nodes.ts'
import type { Nodes } from './nodes.ts'
import type { Scope } from './scope.ts'

export interface WorldInput {
  readonly kind: Plan['kind']
  readonly environment: string
  /** Under which name this state claims things on nodes. */
  readonly claimant: string
  readonly options: PlanOptions
  readonly assembly: Assembly
  readonly memory: Memory
  /** Former address → the address that it has in `memory`. */
  readonly renames: ReadonlyMap<Address, Address>
  readonly scope: Scope
  readonly nodes: Nodes
  readonly sights: NodeSights
  /** To recover a lost state: its claims by `thingKey`, which are no others' then. */
  readonly lost?: ReadonlyMap<string, Claim>
  readonly warnings: readonly Problem[]
  readonly waves: World['waves']
}

/** Throws TARGET_UNKNOWN where --replace means nothing. */
export function worldOf(of: WorldInput): World {
  const { kind, options, assembly, memory, scope, nodes, sights } = of
  const remembered = options.refresh === false ? findingsFromMemory(memory) : undefined
  const replace = new Set(
    (options.replace ?? []).flatMap((pattern) => {
      const found = matchAddresses(pattern, assembly.graph.services.keys())
      if (found.length === 0)
        throw new ProblemsError([{ code: 'TARGET_UNKNOWN', message: `--replace ${pattern} matches no service.` }])
      return found
    }),
  )
  const destroys = kind === 'destroy'
  const wanted = kind === 'action' ? assembly.wanted : assembly.held
  const roads = [...assembly.graph.services.values()]
    .filter((service) => service.template.connection && service.address !== LOCAL)
    .map((service) => connectionOf(assembly, service.address)?.road)
  return {
    kind,
    environment: of.environment,
    graph: destroys ? { services: new Map(), order: [] } : assembly.graph,
    tasks: destroys ? new Map() : wanted.tasks,
    things: destroys ? new Map() : wanted.things,
    ...(assembly.chosen.open.size > 0 ? { laters: assembly.chosen.laters } : {}),
    past: memory,
    finding: (node, thing) => nodes.seen(node, thing)?.finding ?? remembered?.get(thingKey(node, thing)),
    sight: (node): Sight =>
      sights.sights.get(node) ??
      (remembered ? { state: hasNode(memory, node) ? 'remembered' : 'bare' } : { state: 'seen' }),
    claimedBy: (node, thing) => {
      const claim = sights.facts.get(node)?.claims[thing]
      const isOurs = claim === undefined || claim.workspace === of.claimant || of.lost?.has(thingKey(node, thing))
      return isOurs ? undefined : `${claim.service} of ${claim.workspace}`
    },
    ...(of.lost ? { lostClaim: (node, thing) => of.lost?.get(thingKey(node, thing)) } : {}),
    tryFindKind,
    orphans: scope.orphans,
    includes: scope.includes,
    replace,
    holds: memory.holds,
    renamed: [...of.renames].map(([from, to]) => ({ from, to })),
    acts: [],
    allow: options.allow ?? [],
    waves: options.waves === false ? [] : of.waves,
    warnings: [...of.warnings, ...assembly.problems.filter((problem) => !isError(problem))],
    simulated:
      roads.length > 0 &&
      roads.every((road) => road === 'sim') &&
      [...assembly.wanted.things.values()].every((thing) => thing.node !== LOCAL),
  }
}

/** Without asking anyone: every thing as it was last applied. */
function findingsFromMemory(memory: Memory): Map<string, Finding<unknown>> {
  const findings = new Map<string, Finding<unknown>>()
  for (const task of memory.tasks) {
    const kind = tryFindKind(task.kind)
    if (kind)
      findings.set(thingKey(task.node, task.thing), { state: 'seen', found: kind.settled(task.wanted, kind.bare) })
  }
  return findings
}

const hasNode = (memory: Memory, node: Address): boolean => node === LOCAL || memory.services.has(node)
