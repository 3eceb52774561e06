/** Chooses what must be chosen (ports, addresses, disks), and fills in what depends on the choices. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import { type Problem, ProblemsError, sortProblems } from '../../base/problem.ts'
import type { ServiceReadings } from '../blueprint/expressions.ts'
import type { Built } from './build.ts'
import { type Chosen, contextOf, nodeOf, type Surroundings } from './context.ts'
import { dataOfFields, expressionsIn } from './fields.ts'
import { type Graph, producersOf, type Service } from './graph.ts'
import { type Choice, openPools, type Pools } from './pool.ts'
import { resolveFields } from './resolve.ts'
import { slugsOf } from './slug.ts'
import { choose, listen, NothingToTake, reserveWishes } from './take.ts'
import { validateFields } from './validate.ts'

export interface AllocateInput extends Surroundings {
  /** Choices of earlier runs. */
  readonly kept: readonly Choice[]
  /** Slugs of earlier runs, by address. */
  readonly keptSlugs: ReadonlyMap<Address, string>
}

/** The graph with complete data, and everything that was chosen. `tasksOf` and `contextOf` take it as it is. */
export interface Allocated extends Chosen {
  /** To be remembered: every choice of every service. */
  readonly allocations: readonly Choice[]
  readonly problems: Problem[]
}

/**
 * Choices are given in address order over the whole graph, with wishes and kept values reserved first; outputs are computed
 * in graph order. Services whose data read outputs come in further rounds, after the services that they read.
 */
export function allocate({ graph, later }: Pick<Built, 'graph' | 'later'>, input: AllocateInput): Allocated {
  const services = new Map(graph.services)
  const slugs = slugsOf(services.values(), input.keptSlugs, formerOf)
  const renamed = renamesOf(services)
  const kept = input.kept.map((row) => ({
    ...row,
    address: renamed.get(row.address) ?? row.address,
    pool: renamedPool(row.pool, renamed),
  }))
  const state: State = {
    ...input,
    graph: { services, order: graph.order },
    services,
    slugs,
    allocated: new Map(),
    outputs: new Map(),
    pools: openPools(kept, (address) => services.has(address)),
    allocations: [],
    problems: [],
  }
  for (const round of roundsOf(graph, later)) {
    for (const address of round) fillIn(state, address, later)
    chooseFor(state, round)
    for (const address of round) computeOutputs(state, address)
  }
  const { allocated, outputs, allocations, problems, facts, derived, workspace } = state
  return {
    graph: state.graph,
    slugs,
    allocated,
    outputs,
    allocations,
    facts,
    derived,
    workspace,
    problems: sortProblems(problems),
  }
}

interface State extends Surroundings {
  readonly graph: Graph
  readonly services: Map<Address, Service>
  readonly slugs: ReadonlyMap<Address, string>
  readonly allocated: Map<Address, JsonObject>
  readonly outputs: Map<Address, JsonObject>
  readonly pools: Pools
  readonly allocations: Choice[]
  readonly problems: Problem[]
}

/** In graph order; a service comes a round after those of which its data read outputs, and never before its producers. */
function roundsOf(graph: Graph, later: Built['later']): Address[][] {
  const rounds: Address[][] = []
  const roundOf = new Map<Address, number>()
  for (const address of graph.order) {
    const service = graph.services.get(address)
    if (!service) continue
    const reads = expressionsIn(later.get(address) ?? []).flatMap(({ refersTo }) => refersTo)
    const round = Math.max(
      0,
      ...producersOf(service).map((producer) => roundOf.get(producer) ?? 0),
      ...reads.map((read) => (roundOf.get(read.address) ?? 0) + 1),
    )
    roundOf.set(address, round)
    const row = rounds[round]
    if (row) row.push(address)
    else rounds[round] = [address]
  }
  return rounds.map((round) => round ?? [])
}

/** Completes data that waited for outputs. Validated again, and now as a whole. */
function fillIn(state: State, address: Address, later: Built['later']): void {
  const fields = later.get(address)
  const service = state.services.get(address)
  if (!fields || !service) return
  const resolved = resolveFields(fields, readingsOf(state), () => false)
  const { data, problems } = validateFields(service.template, resolved.fields, { address, at: service.at })
  // What the template does not know was told when the graph was built.
  state.problems.push(...resolved.problems, ...problems.filter(({ code }) => code !== 'FIELD_UNKNOWN'))
  state.services.set(address, { ...service, data })
}

const readingsOf = ({ services, outputs }: State): ServiceReadings => ({
  get: (address) => {
    const service = services.get(address)
    return service && { name: service.name, data: service.data, outputs: outputs.get(address) ?? {} }
  },
  keys: () => services.keys(),
})

function chooseFor(state: State, round: readonly Address[]): void {
  const choosing = [...round].sort().flatMap((address) => {
    const service = state.services.get(address)
    return service?.template.allocate ? [service] : []
  })
  // Peers' choices and outputs are not shown: they may come later in address order.
  const unchosen: Chosen = { ...state, allocated: NONE, outputs: NONE }
  const asked = new Map<string, Partial<Choice>>()
  for (const service of choosing) callAllocate(unchosen, service, listen(state.pools, service, asked), [])
  reserveWishes(state.pools, choosing, asked)
  for (const service of choosing) {
    const options = {
      seen: state.facts(nodeOf(service)) !== undefined,
      rows: state.allocations,
      problems: state.problems,
    }
    const allocated = callAllocate(unchosen, service, choose(state.pools, service, options), state.problems)
    if (allocated) state.allocated.set(service.address, allocated)
  }
}

function callAllocate(
  unchosen: Chosen,
  service: Service,
  take: ReturnType<typeof listen>,
  problems: Problem[],
): JsonObject | undefined {
  return guarded(service, problems, () => service.template.allocate?.({ ...contextOf(unchosen, service), take }))
}

const NONE: ReadonlyMap<Address, JsonObject> = new Map()

function computeOutputs(state: State, address: Address): void {
  const service = state.services.get(address)
  if (service?.outputs) {
    const { fields, problems } = resolveFields(service.outputs, readingsOf(state), () => false)
    state.problems.push(...problems)
    state.outputs.set(address, dataOfFields(fields) as JsonObject)
  }
  if (!service?.template.outputs) return
  const context = contextOf(state, service)
  const node = service.node === undefined ? undefined : context.node
  const outputs = guarded(service, state.problems, () => service.template.outputs?.({ ...context, node }))
  // Secrets in outputs are hidden behind JSON's type, as in data: JSON shows them sealed.
  if (outputs) state.outputs.set(address, outputs as JsonObject)
}

/** Runs a template's function: what it reports as ProblemsError is the person's, everything else a bug that goes on. */
function guarded<Result>(service: Service, problems: Problem[], call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    if (error instanceof ProblemsError)
      problems.push(...error.problems.map((one) => ({ ...one, at: one.at ?? service.at })))
    else if (!(error instanceof NothingToTake)) throw error
    return undefined
  }
}

/** Former address → the service that bears another one now. */
function renamesOf(services: ReadonlyMap<Address, Service>): Map<Address, Address> {
  const renamed = new Map<Address, Address>()
  for (const service of services.values()) {
    const former = formerOf(service)
    if (former && !services.has(former)) renamed.set(former, service.address)
  }
  return renamed
}

/** `tcp@node/old` → `tcp@node/new`: a pool on a service follows its name. */
function renamedPool(pool: string, renamed: ReadonlyMap<Address, Address>): string {
  const at = pool.indexOf('@')
  const on = at < 0 ? undefined : tryReadAddress(pool.slice(at + 1))
  const now = on && renamed.get(on)
  return now ? `${pool.slice(0, at)}@${now}` : pool
}

/** `$moved`: the address under which it was known. */
function formerOf({ steer }: Pick<Service, 'steer'>): Address | undefined {
  return steer.moved && tryReadAddress(steer.moved.address)
}
