/** What an editor's answers are made from: the names that exist. */
import { type Address, nameOfAddress, roleOf, roleOfAddress, tryReadAddress } from '../base/address.ts'
import type { VarDeclaration } from '../engine/blueprint/vars.ts'
import type { Service } from '../engine/graph/graph.ts'
import { accepts } from '../engine/graph/roster.ts'
import type { AnyTemplate, Link } from '../engine/template.ts'

export type KnownService = Pick<Service, 'address' | 'name' | 'template' | 'at' | 'derivedBy'>

/** A workspace as it was last understood. */
export interface Known {
  readonly templates: ReadonlyMap<string, AnyTemplate>
  readonly services: ReadonlyMap<Address, KnownService>
  readonly vars: Readonly<Record<string, VarDeclaration>>
  readonly env: readonly string[]
  readonly secrets: readonly string[]
}

/** A service that a link may name, as it is best written: its name, or its address where others share the name. */
export interface Choice {
  readonly text: string
  readonly service: KnownService
}

/** `role`: the link is given under that role's name, so that only services of it are meant. */
export function choicesOfLink(link: Link, role: string | undefined, services: Known['services']): Choice[] {
  const fitting = fittingServices(link, role, services)
  const counts = new Map<string, number>()
  for (const { name } of fitting) counts.set(name, (counts.get(name) ?? 0) + 1)
  return fitting.map((service) => ({ text: counts.get(service.name) === 1 ? service.name : service.address, service }))
}

/** The services that a text in a link may mean; several where it is ambiguous. */
export function servicesNamed(
  text: string,
  link: Link,
  role: string | undefined,
  services: Known['services'],
): KnownService[] {
  const address = tryReadAddress(text)
  if (address) return [services.get(address)].filter((one) => one !== undefined)
  return fittingServices(link, role, services).filter(({ name }) => name === text)
}

function fittingServices(link: Link, role: string | undefined, services: Known['services']): KnownService[] {
  const roles = new Set(role === undefined ? link.to.map(roleOf) : [role])
  return [...services.values()].filter(
    ({ address, template }) => roles.has(roleOfAddress(address)) && accepts(link.to, template),
  )
}

/** The service of an address in any spelling. */
export function tryFindService(text: string, services: Known['services']): KnownService | undefined {
  const address = tryReadAddress(text)
  return address && services.get(address)
}

/** Services of a name, whatever their role. */
export const servicesOfName = (name: string, services: Known['services']): KnownService[] =>
  [...services.values()].filter(({ address }) => nameOfAddress(address) === name)
