/** Why a service is in a plan: from its own line, or over links from what changes before it, up to a line of a blueprint. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import { comparePlaces, type Place } from '../../base/place.ts'
import { canonicalKey } from '../graph/fields.ts'
import type { Graph, Service } from '../graph/graph.ts'
import { linkKeysOf } from '../graph/link-fields.ts'
import type { Plan, ServicePlan } from './plan.ts'

/**
 * One step of a chain. The first is the service itself; each next one is the service that `link` leads to. The last
 * has no link: it changes by itself, because of `why`, and where a blueprint says so, because of `field` at `at`.
 */
export interface Cause {
  readonly service: Address
  readonly action: ServicePlan['action']
  readonly why: ServicePlan['why']
  readonly at?: Place
  /** The field whose value forces it, when it is known. */
  readonly field?: string
  /** The address that it had before. */
  readonly was?: Address
  readonly link?: CauseLink
}

/** How a service hangs on the next one of its chain. */
export interface CauseLink {
  /** `parent`, the name of a link that is consumed, `after`, `node` (it goes with it), `derivedBy`. */
  readonly name: string
  readonly to: Address
}

/** The chain of every service of the plan; what is only unchanged in the graph has none. */
export function causesOf(
  plan: Pick<Plan, 'services' | 'renamed'>,
  graph: Graph,
): Readonly<Record<Address, readonly [Cause, ...Cause[]]>> {
  const planned = new Map(plan.services.filter(({ action }) => action !== 'act').map((one) => [one.address, one]))
  const former = new Map(plan.renamed.map(({ from, to }) => [to, from]))
  return Object.fromEntries([...planned].map(([address, one]) => [address, chainOf(one, { planned, graph, former })]))
}

interface Known {
  readonly planned: ReadonlyMap<Address, ServicePlan>
  readonly graph: Graph
  /** Present → former address. */
  readonly former: ReadonlyMap<Address, Address>
}

function chainOf(first: ServicePlan, known: Known): readonly [Cause, ...Cause[]] {
  const { planned, graph } = known
  const chain: [Cause, ...Cause[]] = [stepOf(first, known)]
  const seen = new Set([first.address])
  for (let link = chain[0].link; link !== undefined; link = chain.at(-1)?.link) {
    const next = seen.has(link.to) ? undefined : (planned.get(link.to) ?? unchanged(graph.services.get(link.to)))
    if (!next) break
    seen.add(next.address)
    chain.push(stepOf(next, known))
  }
  return chain
}

function stepOf(one: ServicePlan, { planned, graph, former }: Known): Cause {
  const { address, action, why } = one
  const service = graph.services.get(address)
  const at = forcingPlace(one) ?? one.at
  const field = at && service ? fieldAt(service, at) : undefined
  const link = linkOf(one, service, planned, field)
  const was = former.get(address)
  return {
    service: address,
    action,
    why,
    ...(at ? { at } : {}),
    ...(field === undefined ? {} : { field }),
    ...(was === undefined ? {} : { was }),
    ...(link ? { link } : {}),
  }
}

/** The first place of a task that is not simply that of its service. */
const forcingPlace = ({ tasks, at }: ServicePlan): Place | undefined =>
  tasks.find((task) => task.at && comparePlaces(task.at, at) !== 0)?.at

const fieldAt = ({ places }: Service, at: Place): string | undefined =>
  Object.entries(places).find(([field, place]) => field !== '' && comparePlaces(place, at) === 0)?.[0]

function linkOf(
  one: ServicePlan,
  service: Service | undefined,
  planned: ReadonlyMap<Address, ServicePlan>,
  field: string | undefined,
): CauseLink | undefined {
  switch (one.why) {
    case 'waits':
      return one.waitsFor ? { name: 'parent', to: one.waitsFor } : undefined
    case 'orphan':
    case 'destroy':
      return one.node && one.tasks.some((task) => task.withNode) ? { name: 'node', to: one.node } : undefined
    case 'new':
      return one.derivedBy ? { name: 'derivedBy', to: one.derivedBy } : undefined
    case 'change':
    case 'both': {
      const links = service ? linksOf(service) : []
      const is = (...actions: ServicePlan['action'][]): CauseLink | undefined =>
        links.find(({ to }) => actions.includes(planned.get(to)?.action ?? 'none'))
      // What it stands on being made anew is a reason of its own; what else moves matters where no own line says more.
      const anew = is('replace', 'remove')
      if (anew || field !== undefined) return anew
      return is('create', 'update') ?? (one.derivedBy ? { name: 'derivedBy', to: one.derivedBy } : undefined)
    }
    case 'drift':
    case 'lost':
    case 'adopt':
    case 'asked':
    case 'held':
      return undefined
  }
}

/** Every link of a service by its name, the parent first. */
export function linksOf(service: Pick<Service, 'parent' | 'consumes' | 'after'>): CauseLink[] {
  return [
    ...(service.parent ? [{ name: 'parent', to: service.parent }] : []),
    ...Object.entries(service.consumes).flatMap(([name, all]) => all.map((to) => ({ name, to }))),
    ...service.after.map((to) => ({ name: 'after', to })),
  ]
}

/** A service that is as declared, where a chain ends in it. */
const unchanged = (service: Service | undefined): ServicePlan | undefined =>
  service && {
    address: service.address,
    template: service.template.name,
    action: 'none',
    why: 'change',
    at: service.at,
    tasks: [],
    after: [],
    ...(service.derivedBy ? { derivedBy: service.derivedBy } : {}),
  }

/** Where the blueprint names the link: its field, or `$after`. undefined: no line names it. */
export function placeOfLink(
  { places, steer, template }: Pick<Service, 'places' | 'steer' | 'template'>,
  { name, to }: CauseLink,
): Place | undefined {
  if (name === 'after') return steer.after.find(({ address }) => tryReadAddress(address) === to)?.at
  const keys = linkKeysOf(template)
  const field = Object.keys(places).find((key) => keys.get(canonicalKey(key))?.link === name)
  return field === undefined ? undefined : places[field]
}
