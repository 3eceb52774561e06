/** What a template's functions are given: a service with its neighbours, all of it data. */
import { type Address, LOCAL } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Secret } from '../../base/secret.ts'
import type { Facts } from '../facts.ts'
import type { Context, Peer, WorkspaceIdentity } from '../template.ts'
import type { Graph, Service } from './graph.ts'

/** What comes from outside the graph. */
export interface Surroundings {
  /** Of a node; undefined until it was seen. */
  facts(node: Address): Facts | undefined
  /** A secret that is the same in every run; `purpose` tells several of one service apart. */
  derived(address: Address, purpose: string): Secret
  readonly workspace: WorkspaceIdentity
}

/** A graph with what was chosen for its services. */
export interface Chosen extends Surroundings {
  readonly graph: Graph
  readonly slugs: ReadonlyMap<Address, string>
  readonly allocated: ReadonlyMap<Address, JsonObject>
  readonly outputs: ReadonlyMap<Address, JsonObject>
}

/** The context of a service for `tasks`, `running`, `connection` and, but for `node`, `outputs`. */
export function contextOf(chosen: Chosen, service: Service): Context {
  const { address, name, data } = service
  const node = nodeOf(service)
  return {
    address,
    name,
    slug: chosen.slugs.get(address) ?? name,
    data,
    parent: service.parent && peerOf(chosen, service.parent),
    peers: peersOf(chosen, service),
    node: peerOf(chosen, node) ?? peerOfService(chosen, service),
    facts: chosen.facts(node),
    allocated: chosen.allocated.get(address) ?? {},
    workspace: chosen.workspace,
    derived: (purpose) => chosen.derived(address, purpose),
  }
}

/** A service as others see it; undefined when it is not in the graph. */
export function peerOf(chosen: Chosen, address: Address): Peer | undefined {
  const service = chosen.graph.services.get(address)
  return service && peerOfService(chosen, service)
}

/** The node whose facts count: the one it lives on, else the controller's own. */
export const nodeOf = (service: Service): Address => service.node ?? LOCAL

/** The node on which its tasks run. */
export const workNodeOf = (service: Service): Address => (service.template.on === 'local' ? LOCAL : nodeOf(service))

function peersOf(chosen: Chosen, service: Service): Readonly<Record<string, readonly Peer[]>> {
  const links = Object.entries(service.consumes)
  return Object.fromEntries(
    links.map(([link, targets]) => [link, targets.flatMap((target) => peerOf(chosen, target) ?? [])]),
  )
}

function peerOfService({ slugs, allocated, outputs }: Chosen, { address, template, name, data }: Service): Peer {
  return {
    address,
    template: template.name,
    name,
    slug: slugs.get(address) ?? name,
    data,
    allocated: allocated.get(address) ?? {},
    outputs: outputs.get(address) ?? {},
  }
}
