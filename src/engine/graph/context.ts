/** What a template's functions are given: a service with its neighbours, all of it data. */
import { type Address, LOCAL } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import { type LaterSource, latersIn, unique, withStandIns } from '../../base/later.ts'
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
  /** What the looks showed by now. Absent: nothing was looked at. */
  readonly shown?: Shown
}

/** What is known of outputs that only a look gives. */
export interface Shown {
  /** Facts for others to read; undefined where a plan makes the node, or it was never seen. */
  facts(node: Address): Facts | undefined
  /** What a look at a thing that a service wants shows, or will show when the plan is applied, with its kind's name. */
  found(node: Address, thing: string): { readonly kind: string; readonly found: unknown } | undefined
  /** Outputs as they were last time. */
  remembered(address: Address): JsonObject | undefined
  /** False while nodes are still to be looked at: what is not known yet may be by then. */
  readonly complete: boolean
}

/** A graph with what was chosen for its services. */
export interface Chosen extends Surroundings {
  readonly graph: Graph
  readonly slugs: ReadonlyMap<Address, string>
  readonly allocated: ReadonlyMap<Address, JsonObject>
  readonly outputs: ReadonlyMap<Address, JsonObject>
  /** Services in whose data or outputs something is known only after apply. Absent: none. */
  readonly open?: ReadonlySet<Address>
}

/**
 * The context of a service for `tasks`, `running`, `connection` and, but for `node`, `outputs`. Of what is known only
 * after apply it holds stand-ins: `variant` says which.
 */
export function contextOf(chosen: Chosen, service: Service, variant: 0 | 1 = 0): Context {
  const { address, name } = service
  const node = nodeOf(service)
  const data = seen(chosen, address, service.data, variant)
  return {
    address,
    name,
    slug: chosen.slugs.get(address) ?? name,
    data,
    parent: service.parent && peerOf(chosen, service.parent, variant),
    peers: peersOf(chosen, service, variant),
    node: peerOf(chosen, node, variant) ?? peerOfService(chosen, service, variant),
    facts: chosen.facts(node),
    allocated: chosen.allocated.get(address) ?? {},
    workspace: chosen.workspace,
    derived: (purpose) => chosen.derived(address, purpose),
  }
}

/** A service as others see it; undefined when it is not in the graph. */
export function peerOf(chosen: Chosen, address: Address, variant: 0 | 1 = 0): Peer | undefined {
  const service = chosen.graph.services.get(address)
  return service && peerOfService(chosen, service, variant)
}

/** Who decides what a service's context does not know yet; empty mostly. */
export function sourcesOf(chosen: Chosen, service: Service): readonly LaterSource[] {
  const { open } = chosen
  if (!open || open.size === 0) return NONE
  const around = [service.address, service.parent, nodeOf(service), ...Object.values(service.consumes).flat()]
  const read = around.filter((address): address is Address => address !== undefined && open.has(address))
  return unique(
    [...new Set(read)].flatMap((address) =>
      [chosen.graph.services.get(address)?.data, chosen.outputs.get(address)]
        .flatMap(latersIn)
        .flatMap((later) => later.sources),
    ),
  )
}

const NONE: readonly LaterSource[] = []

function seen(chosen: Chosen, address: Address, data: JsonObject, variant: 0 | 1): JsonObject {
  return chosen.open?.has(address) ? withStandIns(data, variant) : data
}

/** The node whose facts count: the one it lives on, else the controller's own. */
export const nodeOf = (service: Service): Address => service.node ?? LOCAL

/** The node on which its tasks run. */
export const workNodeOf = (service: Service): Address => (service.template.on === 'local' ? LOCAL : nodeOf(service))

function peersOf(chosen: Chosen, service: Service, variant: 0 | 1): Readonly<Record<string, readonly Peer[]>> {
  const links = Object.entries(service.consumes)
  return Object.fromEntries(
    links.map(([link, targets]) => [link, targets.flatMap((target) => peerOf(chosen, target, variant) ?? [])]),
  )
}

function peerOfService(chosen: Chosen, { address, template, name, data }: Service, variant: 0 | 1): Peer {
  const { slugs, allocated, outputs } = chosen
  return {
    address,
    template: template.name,
    name,
    slug: slugs.get(address) ?? name,
    data: seen(chosen, address, data, variant),
    allocated: allocated.get(address) ?? {},
    outputs: seen(chosen, address, outputs.get(address) ?? {}, variant),
  }
}
