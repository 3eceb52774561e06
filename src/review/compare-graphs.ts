/** What two graphs of services differ in: services added, removed, renamed, changed, and changed through others. Pure. */
import { type Address, LOCAL, tryReadAddress } from '../base/address.ts'
import { canonical, type Json, plain } from '../base/json.ts'
import type { ActionRequest } from '../engine/blueprint/declaration.ts'
import type { Graph, Service } from '../engine/graph/graph.ts'
import type { Plan, ServicePlan } from '../engine/plan/plan.ts'
import { causesOf } from './causes.ts'
import type { ActionDiff, ActionShown, Change, LinkDiff, ServiceDiff } from './difference.ts'
import { fieldDiffs } from './field-diff.ts'

export interface Side {
  readonly graph: Graph
  readonly actions: readonly ActionRequest[]
}

/** In the order of the head's graph, what is removed last. */
export function compareGraphs(base: Side, head: Side, plan: Plan): readonly ServiceDiff[] {
  const works = new Map(plan.services.filter((one) => one.action !== 'none').map((one) => [one.address, one]))
  const formerOf = formersOf(base.graph, head.graph)
  const moved = new Set(formerOf.values())
  const kept = head.graph.order.flatMap((address) => {
    const service = head.graph.services.get(address)
    const before = base.graph.services.get(formerOf.get(address) ?? address)
    return service ? compareOne(before, service, works.get(address), formerOf) : []
  })
  const removed = base.graph.order.toReversed().flatMap((address) => {
    const service = base.graph.services.get(address)
    const gone = service && !head.graph.services.has(address) && !moved.has(address)
    return gone ? compareOne(service, undefined, works.get(address), formerOf) : []
  })
  const diffs = [...kept, ...removed]
  return causesOf(diffs, base.graph, head.graph)
}

/** Address of the head → the one that it had in the base. */
function formersOf(base: Graph, head: Graph): ReadonlyMap<Address, Address> {
  const formers = new Map<Address, Address>()
  for (const { address, steer } of head.services.values()) {
    const former = steer.moved && tryReadAddress(steer.moved.address)
    if (former && base.services.has(former) && !base.services.has(address) && !head.services.has(former))
      formers.set(address, former)
  }
  return formers
}

function compareOne(
  base: Service | undefined,
  head: Service | undefined,
  work: ServicePlan | undefined,
  formerOf: ReadonlyMap<Address, Address>,
): readonly ServiceDiff[] {
  const service = head ?? base
  if (!service || (service.address === LOCAL && service.at.file === 'ays' && !work)) return []
  const fields = fieldDiffs(base, head)
  const links = base && head ? linkDiffs(base, head, formerOf) : []
  const was = head && formerOf.get(head.address)
  const isSame = fields.length + links.length === 0
  if (base && head && isSame && !was && !work) return []
  const change: Change = !base ? 'added' : !head ? 'removed' : was ? 'renamed' : isSame ? 'touched' : 'changed'
  return [
    {
      address: service.address,
      ...(was ? { was } : {}),
      template: service.template.name,
      change,
      at: service.at,
      ...(base && head ? { baseAt: base.at } : {}),
      ...(service.derivedBy ? { derivedBy: service.derivedBy } : {}),
      fields: fields.filter((field) => field.path !== 'template' || (base && head)),
      links,
      because: [],
      ...(work ? { work } : {}),
    },
  ]
}

function linkDiffs(base: Service, head: Service, formerOf: ReadonlyMap<Address, Address>): readonly LinkDiff[] {
  const nowOf = new Map([...formerOf].map(([now, former]) => [former, now]))
  const before = linksOf(base, (address) => nowOf.get(address) ?? address)
  const after = linksOf(head, (address) => address)
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names.flatMap((link) => {
    const [a, b] = [before.get(link) ?? [], after.get(link) ?? []]
    const added = b.filter((address) => !a.includes(address))
    const removed = a.filter((address) => !b.includes(address))
    return added.length + removed.length > 0 ? [{ link, added, removed }] : []
  })
}

function linksOf(service: Service, now: (address: Address) => Address): ReadonlyMap<string, readonly Address[]> {
  return new Map([
    ['parent', service.parent ? [now(service.parent)] : []],
    ...Object.entries(service.consumes).map(([name, targets]): [string, readonly Address[]] => [
      `consumes.${name}`,
      targets.map(now),
    ]),
    ['after', service.after.map(now)],
  ])
}

/** Entries under `actions:`; one that is changed is removed and added. */
export function compareActions(base: readonly ActionRequest[], head: readonly ActionRequest[]): ActionDiff {
  const without = (some: readonly ActionRequest[], others: readonly ActionRequest[]): readonly ActionShown[] => {
    const known = new Set(others.map((one) => canonical(shownOf(one))))
    return some
      .filter((one) => !known.has(canonical(shownOf(one))))
      .map((one) => ({ actions: one.actions, what: shownOf(one), at: one.at }))
  }
  return { added: without(head, base), removed: without(base, head) }
}

const shownOf = ({ actions, actor, service, recurringMs, cron, force, args }: ActionRequest): Json =>
  plain({ actions, actor, service, recurringMs, cron, force, args })
