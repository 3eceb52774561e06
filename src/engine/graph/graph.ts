import type { Address } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Entry, Steer } from '../blueprint/declaration.ts'
import type { AnyTemplate } from '../template.ts'

/** One declared instance of a template, its links resolved and its data validated. */
export interface Service {
  readonly address: Address
  readonly template: AnyTemplate
  readonly name: string
  /** Validated, with defaults. Secrets stand in it as Secret objects, which JSON shows sealed. */
  readonly data: JsonObject
  readonly parent: Address | undefined
  readonly consumes: Readonly<Record<string, readonly Address[]>>
  /** From $after and from expressions that read another service. */
  readonly after: readonly Address[]
  /** The node it lives on: the nearest of itself and its parents whose role is node. */
  readonly node: Address | undefined
  readonly steer: Steer
  readonly at: Place
  /** Where a field's value stands: `maxMemory`, `users.0.name`; '' is the key of the service. */
  readonly places: Readonly<Record<string, Place>>
  readonly derivedBy?: Address
  /** What a composition gives others; expressions that read outputs still stand in it. */
  readonly outputs?: readonly Entry[]
  /** Links that were not named and had one candidate. */
  readonly resolved: Readonly<Record<string, Address>>
}

export interface Graph {
  readonly services: ReadonlyMap<Address, Service>
  /** Producers before consumers. */
  readonly order: readonly Address[]
}

/** Everything a service waits for: parent, consumed, after. */
export function producersOf(service: Pick<Service, 'parent' | 'consumes' | 'after'>): Address[] {
  return [
    ...new Set([
      ...(service.parent ? [service.parent] : []),
      ...Object.values(service.consumes).flat(),
      ...service.after,
    ]),
  ]
}
