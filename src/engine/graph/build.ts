/** From declarations and templates to the graph: settled, linked, ordered, with every mistake told. */
import { type Address, LOCAL, roleOf, roleOfAddress, tryReadAddress } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import { isError, type Problem, sortProblems } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Declaration, Entry } from '../blueprint/declaration.ts'
import type { AnyTemplate } from '../template.ts'
import { showCycle } from './cycle.ts'
import { expressionsIn, placesOf } from './fields.ts'
import type { Graph, Service } from './graph.ts'
import type { KeptFields } from './kept-fields.ts'
import { type Linked, linkService } from './link.ts'
import { orderGraph } from './order.ts'
import { type Composed, composedOutputs } from './outputs.ts'
import { isBroken, madeDeclaration, newRoster } from './roster.ts'
import {
  expect,
  isOpen,
  mistakesIn,
  newSettling,
  readingsOf,
  type Settling,
  settleQueue,
  settleStuck,
} from './settle.ts'
import type { Settled } from './settled.ts'

export interface BuildInput {
  readonly declarations: readonly Declaration[]
  readonly templates: Iterable<AnyTemplate>
  /** What every workspace has, such as `node/local`; a declaration of such an address takes its place. */
  readonly implicit: readonly Declaration[]
  /** As AYS took it: unknown fields are warnings. */
  readonly legacy?: boolean
  /** Addresses in files that could not be read: a link to one is not a mistake of its own. */
  readonly unread?: readonly Address[]
  /** Problems of reading: a value with a mistake reads as nothing, and that it is nothing is not a mistake of its own. */
  readonly reading?: readonly Problem[]
  /** Declarations that another takes the place of: only their fields are looked at. */
  readonly shadowed?: readonly Declaration[]
  /** Fields under `$ignore` as they were last applied: they keep these values. */
  readonly keptFields?: (address: Address) => KeptFields | undefined
}

/** A graph whose data may still wait for outputs. */
export interface Built {
  readonly graph: Graph
  /**
   * Fields of services in which expressions read outputs. `allocate` fills them in and gives the graph with complete data;
   * until then these services' data lack the values.
   */
  readonly later: ReadonlyMap<Address, readonly Entry[]>
  /** Sorted by place. The graph is to be used only when none is an error. */
  readonly problems: Problem[]
}

/** Reads everything and reports every mistake at once. */
export function buildGraph(input: BuildInput): Built {
  const roster = newRoster(input.templates, input.unread ?? [])
  const state = newSettling(roster, { legacy: input.legacy ?? false, keptFields: input.keptFields })
  const declared = [...input.declarations].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  for (const declaration of declared) expect(state, declaration, { implicit: false, depth: 0 })
  for (const declaration of input.implicit) {
    if (!roster.members.has(declaration.address)) expect(state, declaration, { implicit: true, depth: 0 })
  }
  const linked = linkAll(state)
  for (const declaration of input.shadowed ?? []) state.problems.push(...mistakesIn(state, declaration))
  const parts = partsOf(state)
  const open = (address: Address): boolean => isOpen(state, address)
  const composed = composedOutputs(state.settled.values(), linked, readingsOf(state), open, state.problems)
  const services = new Map<Address, Service>()
  const needs = new Map<Address, Address[]>()
  const edges = new Map<Address, readonly Edge[]>()
  for (const [address, settled] of [...state.settled].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const links = linked.get(address)
    if (!links) continue
    const outputs = composed.get(address)
    const after = [...afterOf(state, settled), ...(parts.get(address) ?? []), ...readBy(state, outputs)]
    const all = [...links.edges, ...after]
    edges.set(address, all)
    needs.set(address, [...new Set(all.map(({ to }) => to))])
    services.set(address, serviceOf(settled, links, after, outputs?.fields))
  }
  const { order, cycles } = orderGraph(needs)
  for (const cycle of cycles) state.problems.push(cycleProblem(cycle, edges))
  placeOnNodes(services, order, linked, state.problems)
  const later = [...state.settled].filter(([, settled]) => settled.later)
  return {
    graph: { services, order },
    later: new Map(later.map(([address, settled]) => [address, settled.fields])),
    problems: sortProblems(withoutEchoes(state.problems, input.reading ?? [])),
  }
}

/** Leaves out what is told of a value in whose place reading told something already. */
function withoutEchoes(problems: readonly Problem[], reading: readonly Problem[]): readonly Problem[] {
  const told = reading.flatMap((one) => (one.at && isError(one) ? [one.at] : []))
  if (told.length === 0) return problems
  return problems.filter(({ code, at }) => code !== 'FIELD_TYPE' || !at || !told.some((place) => holds(at, place)))
}

function holds(around: Place, { file, line, column }: Place): boolean {
  if (file !== around.file) return false
  const { endLine = around.line, endColumn = around.column + 1 } = around
  const starts = line > around.line || (line === around.line && column >= around.column)
  return starts && (line < endLine || (line === endLine && column < endColumn))
}

interface Edge {
  readonly to: Address
  readonly at: Place
}

/** Settles and links until nothing new comes: links with `auto` make services, which derive and link in their turn. */
function linkAll(state: Settling): Map<Address, Linked> {
  const linked = new Map<Address, Linked>()
  for (;;) {
    const fresh = settleQueue(state)
    // All look at the same services; what they make comes after.
    const results = fresh.map((settled) => ({ settled, ...linkService(state.roster, settled.member, settled.links) }))
    for (const { settled, linked: links, problems } of results) {
      const { address, at } = settled.member.declaration
      linked.set(address, links)
      state.problems.push(...problems)
      for (const made of links.made) {
        const template = state.roster.templates.get(made.template)
        if (!template || state.roster.members.has(made.address)) continue
        const declaration = madeDeclaration(template, {
          name: made.name,
          address: made.address,
          at,
          fields: [],
          derivedBy: address,
        })
        expect(state, declaration, { implicit: false, depth: (state.depth.get(address) ?? 0) + 1 })
      }
    }
    if (state.queue.length > 0) continue
    if (state.missing.size === 0) return linked
    settleStuck(state)
  }
}

/** What stands only when the services that it derives stand comes after them. */
function partsOf({ roster }: Settling): Map<Address, Edge[]> {
  const parts = new Map<Address, Edge[]>()
  for (const [to, { declaration }] of roster.members) {
    const whole = declaration.derivedBy && roster.members.get(declaration.derivedBy)
    if (!whole?.template.whole) continue
    const { address, at } = whole.declaration
    parts.set(address, [...(parts.get(address) ?? []), { to, at }])
  }
  return parts
}

/** Producers by `$after` and by expressions. What an expression reads that is nowhere was told when it was resolved. */
function afterOf(state: Settling, { member }: Settled): Edge[] {
  const { declaration } = member
  const edges: Edge[] = []
  for (const { address: text, at } of declaration.steer.after) {
    const to = tryReadAddress(text)
    if (to && state.roster.members.has(to)) edges.push({ to, at })
    else if (!to || !isBroken(state.roster, to)) {
      const hint = to ? didYouMean(to, state.roster.members.keys()) : 'Write role/name.'
      const message = `${declaration.address} comes $after ${to ?? text}, which no blueprint declares.`
      state.problems.push({ code: 'LINK_UNKNOWN', at, message, ...(hint ? { hint } : {}) })
    }
  }
  for (const { refersTo } of expressionsIn(declaration.fields)) {
    for (const { address: to, at } of refersTo) if (state.roster.members.has(to)) edges.push({ to, at })
  }
  return edges
}

/** Producers of a composition by its outputs. */
const readBy = ({ roster }: Settling, composed: Composed | undefined): Edge[] =>
  (composed?.refersTo ?? []).flatMap(({ address: to, at }) => (roster.members.has(to) ? [{ to, at }] : []))

function serviceOf(
  { member, data }: Settled,
  linked: Linked,
  after: readonly Edge[],
  outputs: readonly Entry[] | undefined,
): Service {
  const { declaration, template } = member
  const { address, name, steer, at, derivedBy } = declaration
  return {
    address,
    template,
    name,
    data,
    parent: linked.parent,
    consumes: linked.consumes,
    after: [...new Set(after.map(({ to }) => to))],
    node: undefined,
    steer,
    at,
    places: placesOf(declaration.fields, at),
    ...(derivedBy ? { derivedBy } : {}),
    ...(outputs ? { outputs } : {}),
    resolved: linked.resolved,
  }
}

/** Finds each service's node, parents first. Only the lowest service that has none is told. */
function placeOnNodes(
  services: Map<Address, Service>,
  order: readonly Address[],
  linked: ReadonlyMap<Address, Linked>,
  problems: Problem[],
): void {
  const told = new Set<Address>()
  for (const address of order) {
    const service = services.get(address)
    if (!service) continue
    const { template, parent } = service
    const isNode = roleOfAddress(address) === roleOfAddress(LOCAL)
    const node = isNode ? address : parent && services.get(parent)?.node
    services.set(address, { ...service, node })
    if (node !== undefined) continue
    if (linked.get(address)?.parentUnclear || (parent && told.has(parent))) told.add(address)
    if (told.has(address) || template.on === 'local' || !(template.tasks || template.running)) continue
    told.add(address)
    const through = parent ? `: ${parent} is not on one` : ', and none is given'
    const message = `${address} needs a node to live on${through}.`
    const key = roleOf(template.parent?.to[0] ?? 'node')
    const hint = parent ? `Let ${parent} live on a node.` : `Give it one: ${key}: NAME`
    problems.push({ code: 'NODE_MISSING', at: service.at, message, hint })
  }
}

function cycleProblem(cycle: readonly Address[], edges: ReadonlyMap<Address, readonly Edge[]>): Problem {
  const steps = cycle.flatMap((address, i) => {
    const next = cycle[(i + 1) % cycle.length]
    const edge = edges.get(address)?.find(({ to }) => to === next)
    return edge ? [{ at: edge.at, note: `${address} needs ${next}` }] : []
  })
  const message = `${showCycle(cycle)}: each needs the next, so that none can be first.`
  return { code: 'LINK_CYCLE', at: steps[0]?.at, message, also: steps.slice(1), hint: 'Take one of these links away.' }
}
