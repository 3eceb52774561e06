/** A declared service: what is to be had, and what of it is wanted no longer. */

import type { Address } from '../../base/address.ts'
import type { Service } from '../graph/graph.ts'
import { thingKey } from '../graph/tasks.ts'
import { decideAdoption, decideRecovery } from './decide.ts'
import type { PastIndex } from './past-index.ts'
import type { Action, ServicePlan, TaskPlan } from './plan.ts'
import { dropTask, findingOf, taskPlan, wantTask, withClaim } from './plan-tasks.ts'
import type { Planned } from './planned.ts'
import type { Shares } from './shares.ts'
import { worksOf } from './works.ts'
import type { WantedThing, World } from './world.ts'

export function planService(world: World, index: PastIndex, shares: Shares, service: Service): Planned {
  const { address } = service
  const things = (world.tasks.get(address) ?? []).map((thing) => partOf(shares, thing, address))
  const dropped = (index.pastOf.get(address) ?? []).filter((task) => !world.things.has(thingKey(task.node, task.thing)))
  const known = world.past.services.has(address)
  const force = world.replace.has(address)
  const tasks = [
    ...[...dropped]
      .sort((a, b) => b.position - a.position)
      .map((task) => dropTask(world, task, world.holds.has(address) ? 'held' : 'change')),
    ...things.flatMap((thing) => wantLed(world, index, shares, thing, service, force)),
  ]
  const node = things[0]?.node ?? dropped[0]?.node
  const sight = node === undefined ? undefined : world.sight(node)
  const facts = {
    address,
    template: service.template.name,
    at: service.at,
    ...(service.derivedBy ? { derivedBy: service.derivedBy } : {}),
    ...(node ? { node } : {}),
  }
  const works = worksOf(address, things, dropped)
  const asked = things.length + dropped.length > 0
  if (asked && sight?.state === 'lost')
    return {
      plan: { ...facts, action: 'unknown', why: 'lost', tasks, problem: sight.problem },
      works: works.map((work) => ({ ...work, lost: sight.problem })),
      removal: false,
    }
  if (asked && sight?.state === 'waits' && service.node)
    return { plan: { ...facts, action: 'unknown', why: 'waits', waitsFor: service.node, tasks }, works, removal: false }

  const active = tasks.filter((task) => task.action !== 'none')
  const action = actionOf(known, tasks)
  if (action === 'none') return { plan: { ...facts, action, why: 'change', tasks: [] }, works: [], removal: false }
  const why = known ? whyOf(active) : action === 'adopt' ? 'adopt' : 'new'
  const waiting = action === 'unknown' ? things.find((thing) => thing.later)?.later?.sources[0]?.from : undefined
  if (waiting && active.every((task) => task.why === 'waits'))
    return { plan: { ...facts, action, why: 'waits', waitsFor: waiting, tasks: active }, works, removal: false }
  const blocked = active.length > 0 && active.every((task) => task.action === 'unknown')
  return {
    plan: {
      ...facts,
      action,
      why,
      tasks: active,
      ...(blocked && active[0]?.problem ? { problem: active[0].problem } : {}),
    },
    works,
    removal: false,
  }
}

/** The part of a thing that the job of this service is to have. */
function partOf(shares: Shares, thing: WantedThing, address: Address): WantedThing {
  const share = shares(address, thing)
  return share ? { ...thing, part: { wanted: share.wanted } } : thing
}

/** Of things that several services want, the plan shows the first of them, and whoever has more of it to do. */
function wantLed(
  world: World,
  index: PastIndex,
  shares: Shares,
  thing: WantedThing,
  service: Service,
  force: boolean,
): TaskPlan[] {
  const { address } = service
  const share = shares(address, thing)
  const others = (share?.behind ?? []).flatMap((one) => shares(one, thing)?.wanted ?? [])
  const isFirst = thing.owners.find((owner) => world.includes(owner)) === address
  if (!isFirst && !share?.leads) return []
  const task = wantTask(world, index, thing, service, force, others)
  return isFirst || task.commands.length > 0 ? [task] : []
}

/** Import: the things of a service that are there, to be remembered as they are. */
export function planAdoption(world: World, index: PastIndex, service: Service): Planned {
  const { address } = service
  const facts = {
    address,
    template: service.template.name,
    at: service.at,
    ...(service.node ? { node: service.node } : {}),
  }
  const adopted = (world.tasks.get(address) ?? []).flatMap((thing) => {
    // What is there cannot be held against what is not known.
    if (thing.later) return []
    const past = index.pastTask.get(thingKey(thing.node, thing.thing))
    const finding = findingOf(world, thing.node, thing.thing, thing.kind.bare)
    const claim = world.lostClaim?.(thing.node, thing.thing)
    const decision = claim
      ? decideRecovery(thing.kind, thing.wanted, finding)
      : decideAdoption(thing.kind, thing.wanted, finding, past)
    const plan = decision && withClaim(world, taskPlan(thing, thing.kind.name, decision, service.at))
    return plan ? [{ thing, plan, claim }] : []
  })
  const tasks = adopted.map((one) => one.plan)
  const lost = tasks.find((task) => task.action === 'unknown')
  if (lost) {
    const problem = lost.problem ? { problem: lost.problem } : {}
    return { plan: { ...facts, action: 'unknown', why: 'lost', tasks, ...problem }, works: [], removal: false }
  }
  // A service without tasks, such as a machine of one's own, is only written down; an import leaves that to apply.
  const onPaper = world.lostClaim && !world.tasks.get(address)?.length && !world.past.services.has(address)
  if (tasks.length === 0 && !onPaper)
    return { plan: { ...facts, action: 'none', why: 'adopt', tasks }, works: [], removal: false }
  const takesOver = new Map(adopted.flatMap(({ thing, claim }) => (claim ? [[thing.thing, claim] as const] : [])))
  const works = worksOf(
    address,
    adopted.map((one) => one.thing),
    [],
  ).map((work) => ({ ...work, adopts: true, ...(takesOver.size > 0 ? { takesOver } : {}) }))
  return { plan: { ...facts, action: 'adopt', why: 'adopt', tasks }, works, removal: false }
}

function actionOf(known: boolean, tasks: readonly TaskPlan[]): Action {
  const has = (action: Action): boolean => tasks.some((task) => task.action === action)
  if (has('unknown') && tasks.every((task) => task.action === 'unknown')) return 'unknown'
  if (has('replace')) return 'replace'
  if (!known)
    return tasks.length > 0 && tasks.every((task) => task.action === 'adopt' || task.action === 'none')
      ? 'adopt'
      : 'create'
  if (tasks.some((task) => task.action !== 'none'))
    return tasks.every((task) => task.action === 'none' || task.action === 'adopt')
      ? 'adopt'
      : has('unknown') && tasks.every((task) => task.action === 'none' || task.action === 'unknown')
        ? 'unknown'
        : 'update'
  return 'none'
}

function whyOf(tasks: readonly TaskPlan[]): ServicePlan['why'] {
  const whys = new Set(tasks.filter((task) => task.action !== 'adopt').map((task) => task.why))
  if (whys.size === 0) return 'adopt'
  const drift = whys.has('drift')
  const change = whys.has('change') || whys.has('new')
  if (whys.has('both') || (drift && change)) return 'both'
  if (drift) return 'drift'
  if (whys.size === 1 && whys.has('held')) return 'held'
  if (whys.size === 1 && whys.has('asked')) return 'asked'
  return whys.has('lost') && whys.size === 1 ? 'lost' : 'change'
}
