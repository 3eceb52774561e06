/** Chooses what must be chosen (ports, addresses, disks), and fills in what depends on the choices. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import { sameData } from '../../base/json.ts'
import { type Later, type LaterSource, showPlaceholders, wordsOf } from '../../base/later.ts'
import { type Problem, ProblemsError, sortProblems } from '../../base/problem.ts'
import type { ServiceReadings } from '../blueprint/expressions.ts'
import type { Built } from './build.ts'
import { type Chosen, contextOf, nodeOf, type Surroundings, sourcesOf } from './context.ts'
import { dataOfFields, expressionsIn } from './fields.ts'
import { type Graph, producersOf, type Service } from './graph.ts'
import { type Choice, openPools, type Pools } from './pool.ts'
import { resolveFields } from './resolve.ts'
import { factsOf, isOpenData, outputsOf } from './service-outputs.ts'
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
  readonly open: ReadonlySet<Address>
  /** Of open services: their fields that are known only after apply, by path. */
  readonly laters: ReadonlyMap<Address, ReadonlyMap<string, Later>>
  /** Nodes of which an expression reads what they are. */
  readonly factsRead: ReadonlySet<Address>
  /** Whose data turned out not to fit, in `fillAgain`. */
  readonly misfits?: ReadonlyMap<Address, readonly Problem[]>
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
    open: new Set(),
    laters: new Map(),
    factsRead: new Set(),
  }
  for (const round of roundsOf(graph, later)) {
    for (const address of round) fillIn(state, address, later)
    chooseFor(state, round)
    for (const address of round) computeOutputs(state, address)
  }
  const { allocated, outputs, allocations, problems, facts, derived, workspace, open, laters, factsRead, shown } = state
  return {
    graph: state.graph,
    slugs,
    allocated,
    outputs,
    allocations,
    facts,
    derived,
    workspace,
    ...(shown ? { shown } : {}),
    open,
    laters,
    factsRead,
    problems: sortProblems(problems),
  }
}

/** What was open, filled with what is known by now; all choices stay. Costs what is open, not what the graph holds. */
export function fillAgain(former: Allocated, later: Built['later'], shown: Surroundings['shown']): Allocated {
  const services = new Map(former.graph.services)
  const state: State = {
    ...former,
    ...(shown ? { shown } : {}),
    graph: { services, order: former.graph.order },
    services,
    allocated: new Map(former.allocated),
    outputs: new Map(former.outputs),
    pools: openPools([], () => false),
    allocations: [...former.allocations],
    problems: [],
    open: new Set(former.open),
    laters: new Map(former.laters),
    factsRead: new Set(former.factsRead),
  }
  const misfits = new Map(former.misfits)
  for (const address of former.graph.order) {
    if (!former.open.has(address)) continue
    const before = state.problems.length
    state.open.delete(address)
    state.laters.delete(address)
    misfits.delete(address)
    fillIn(state, address, later)
    computeOutputs(state, address)
    if (state.problems.length > before) misfits.set(address, state.problems.slice(before))
  }
  return { ...former, ...state, misfits }
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
  readonly open: Set<Address>
  readonly laters: Map<Address, ReadonlyMap<string, Later>>
  readonly factsRead: Set<Address>
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
  const { data, laters, problems } = validateFields(service.template, resolved.fields, { address, at: service.at })
  // What the template does not know was told when the graph was built.
  state.problems.push(...resolved.problems, ...problems.filter(({ code }) => code !== 'FIELD_UNKNOWN'))
  state.services.set(address, { ...service, data })
  if (laters.size === 0) return
  state.open.add(address)
  state.laters.set(address, laters)
}

const readingsOf = (state: State): ServiceReadings => ({
  get: (address) => {
    const service = state.services.get(address)
    if (!service) return undefined
    const facts = factsOf(state, service, (node) => state.factsRead.add(node))
    const outputs = state.outputs.get(address) ?? {}
    return { name: service.name, data: service.data, outputs, ...(facts ? { facts } : {}) }
  },
  keys: () => state.services.keys(),
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
    if (state.open.has(service.address)) refuseOpenChoice(state, service, asked)
  }
}

/** A choice is made when planning: what it goes by must be known then. */
function refuseOpenChoice(state: State, service: Service, asked: ReadonlyMap<string, Partial<Choice>>): void {
  const other = new Map<string, Partial<Choice>>()
  const unchosen: Chosen = { ...state, allocated: NONE, outputs: NONE }
  guarded(service, [], () =>
    service.template.allocate?.({ ...contextOf(unchosen, service, 1), take: listen(state.pools, service, other) }),
  )
  const differs = [...other].some(([key, row]) => !sameData(asked.get(key), row))
  if (!differs || !state.shown?.complete) return
  const message = `${service.address}: what is chosen for it depends on what is ${wordsOf(sourcesOf(state, service))}.`
  state.problems.push({ code: 'SET_UNKNOWN', at: service.at, message, hint: 'Give a value that every plan knows.' })
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
    const outputs = dataOfFields(fields) as JsonObject
    state.outputs.set(address, outputs)
    if (isOpenData(outputs)) state.open.add(address)
  }
  if (!service?.template.outputs) return
  const outputs = guarded(service, state.problems, () => outputsOf(state, service), sourcesOf(state, service))
  if (!outputs) return
  state.outputs.set(address, outputs)
  const mayBeOpen = service.template.gives !== undefined || sourcesOf(state, service).length > 0
  if (mayBeOpen && isOpenData(outputs)) state.open.add(address)
}

/** Runs a template's function: what it reports as ProblemsError is the person's, everything else a bug that goes on. */
function guarded<Result>(
  service: Service,
  problems: Problem[],
  call: () => Result,
  sources: readonly LaterSource[] = [],
): Result | undefined {
  try {
    return call()
  } catch (error) {
    if (error instanceof ProblemsError)
      problems.push(
        ...error.problems.map((one) => ({ ...one, message: showPlaceholders(one.message), at: one.at ?? service.at })),
      )
    else if (sources.length > 0) {
      const said = error instanceof Error ? ` ${showPlaceholders(error.message)}.` : ''
      const message = `${service.address}: ${service.template.name} says nothing before it knows what is ${wordsOf(sources)}.${said}`
      const hint = 'Give a value that every plan knows, or apply what decides it first (--target).'
      problems.push({ code: 'SET_UNKNOWN', at: service.at, message, hint })
    } else if (!(error instanceof NothingToTake)) throw error
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
