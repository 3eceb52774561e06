/** What a plan changes and what depends on it, as boxes and arrows: what is drawn beside a plan. */
import type { Address } from '../../base/address.ts'
import type { Graph, Service } from '../graph/graph.ts'
import { linksOf } from './causes.ts'
import type { Plan } from './plan.ts'
import type { PastService } from './world.ts'

/** A service that is as it is. */
export interface Bystander {
  readonly address: Address
  readonly node?: Address
}

/** From what is needed to what needs it. */
export interface Arrow {
  readonly from: Address
  readonly to: Address
  /** `parent`, `after`, `derivedBy`, or the name of the link. */
  readonly link: string
}

export interface Reach {
  /** Not in the plan themselves: what declares services of it, and what depends on it. */
  readonly around: readonly Bystander[]
  /** Between services of the plan and those. */
  readonly arrows: readonly Arrow[]
}

/** `past` are the services as remembered: what is removed has its links there. */
export function reachOf(plan: Pick<Plan, 'services'>, graph: Graph, past: ReadonlyMap<Address, PastService>): Reach {
  const changing = new Set(plan.services.map((service) => service.address))
  const reached = new Set(changing)
  const around: Bystander[] = []
  for (const { derivedBy } of plan.services) {
    const service = derivedBy && !reached.has(derivedBy) ? graph.services.get(derivedBy) : undefined
    if (!service) continue
    reached.add(service.address)
    around.push(bystander(service))
  }
  for (const address of graph.order) {
    const service = graph.services.get(address)
    if (!service || reached.has(address) || !linksOf(service).some(({ to }) => reached.has(to))) continue
    reached.add(address)
    around.push(bystander(service))
  }
  const arrows = [...reached].flatMap((address) => {
    const service = graph.services.get(address)
    const gone = service ? undefined : past.get(address)
    const links = service
      ? allLinksOf(service)
      : gone
        ? linksOf({ ...gone, consumes: { consumes: gone.consumes }, parent: gone.parent })
        : []
    return links
      .filter(({ to }) => reached.has(to))
      .map(({ name, to }): Arrow => ({ from: to, to: address, link: name }))
  })
  return { around, arrows }
}

const bystander = ({ address, node }: Service): Bystander => ({
  address,
  ...(node && node !== address ? { node } : {}),
})

const allLinksOf = (service: Service) => [
  ...linksOf(service),
  ...(service.derivedBy ? [{ name: 'derivedBy', to: service.derivedBy }] : []),
]
