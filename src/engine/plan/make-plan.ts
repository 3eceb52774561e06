/** wanted + found + remembered → the plan for people, and the works that carry it out. */
import { type Address, LOCAL } from '../../base/address.ts'
import { digestOf } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import type { Service } from '../graph/graph.ts'
import { thingKey } from '../graph/tasks.ts'
import type { Effect, Finding } from '../kind.ts'
import { type Decision, decideAdoption, decideUnwanted, decideWanted } from './decide.ts'
import { orderWorks } from './order-works.ts'
import type { Action, BlastRadius, Plan, ServicePlan, TaskPlan } from './plan.ts'
import type { Planned } from './planned.ts'
import type { PastTask, WantedThing, Work, World } from './world.ts'

/** Pure: equal worlds give equal plans, byte for byte. */
export function makePlan(world: World): { readonly plan: Plan; readonly works: readonly Work[] } {
  const index = indexOf(world)
  const planned: Planned[] = []
  for (const address of world.graph.order) {
    const service = world.graph.services.get(address)
    // The controller's own machine is always there: nothing to make, nothing to remember.
    if (service && address !== LOCAL && world.includes(address))
      planned.push(world.kind === 'import' ? planAdoption(world, index, service) : planService(world, index, service))
  }
  const gone = new Set(world.orphans)
  for (const address of world.orphans) planned.push(planRemoval(world, index, address, gone))

  const changing = planned.filter((one) => one.plan.action !== 'none')
  const ordered = orderWorks(world, changing)
  return { plan: finish(world, ordered.services, planned), works: ordered.works }
}

interface Index {
  readonly pastTask: ReadonlyMap<string, PastTask>
  readonly pastOf: ReadonlyMap<Address, readonly PastTask[]>
}

function indexOf(world: World): Index {
  const pastOf = new Map<Address, PastTask[]>()
  for (const task of world.past.tasks) {
    const list = pastOf.get(task.service)
    if (list) list.push(task)
    else pastOf.set(task.service, [task])
  }
  return { pastOf, pastTask: new Map(world.past.tasks.map((task) => [thingKey(task.node, task.thing), task])) }
}

function planService(world: World, index: Index, service: Service): Planned {
  const { address } = service
  const things = world.tasks.get(address) ?? []
  const dropped = (index.pastOf.get(address) ?? []).filter((task) => !world.things.has(thingKey(task.node, task.thing)))
  const known = world.past.services.has(address)
  const force = world.replace.has(address)
  const led = things.filter((thing) => thing.owners.find((owner) => world.includes(owner)) === address)
  const tasks = [
    ...[...dropped].sort((a, b) => b.position - a.position).map((task) => dropTask(world, task, 'change')),
    ...led.map((thing) => wantTask(world, index, thing, service, force)),
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

/** Import: the things of a service that are there, to be remembered as they are. */
function planAdoption(world: World, index: Index, service: Service): Planned {
  const { address } = service
  const facts = {
    address,
    template: service.template.name,
    at: service.at,
    ...(service.node ? { node: service.node } : {}),
  }
  const adopted = (world.tasks.get(address) ?? []).flatMap((thing) => {
    const past = index.pastTask.get(thingKey(thing.node, thing.thing))
    const finding = findingOf(world, thing.node, thing.thing, thing.kind.bare)
    const decision = decideAdoption(thing.kind, thing.wanted, finding, past)
    return decision ? [{ thing, plan: taskPlan(thing, thing.kind.name, decision, service.at) }] : []
  })
  const tasks = adopted.map((one) => one.plan)
  const lost = tasks.find((task) => task.action === 'unknown')
  if (lost) {
    const problem = lost.problem ? { problem: lost.problem } : {}
    return { plan: { ...facts, action: 'unknown', why: 'lost', tasks, ...problem }, works: [], removal: false }
  }
  if (tasks.length === 0) return { plan: { ...facts, action: 'none', why: 'adopt', tasks }, works: [], removal: false }
  const works = worksOf(
    address,
    adopted.map((one) => one.thing),
    [],
  ).map((work) => ({ ...work, adopts: true }))
  return { plan: { ...facts, action: 'adopt', why: 'adopt', tasks }, works, removal: false }
}

function planRemoval(world: World, index: Index, address: Address, gone: ReadonlySet<Address>): Planned {
  const past = world.past.services.get(address)
  const why = world.kind === 'destroy' ? 'destroy' : 'orphan'
  const tasks = [...(index.pastOf.get(address) ?? [])].sort((a, b) => b.position - a.position)
  const remaining = tasks.filter((task) => !world.things.has(thingKey(task.node, task.thing)))
  const home = past?.node
  const host =
    home !== undefined && home !== address && gone.has(home) && world.past.services.get(home)?.disposable
      ? home
      : undefined
  const facts = { address, template: past?.template ?? '', ...(home ? { node: home } : {}) }
  if (host !== undefined) {
    const along = remaining.map((task) => withNode(task, why))
    return {
      plan: { ...facts, action: 'remove', why, tasks: along },
      works: [paper(address, host)],
      removal: true,
      withNode: host,
    }
  }
  const planned = remaining.map((task) => dropTask(world, task, why))
  const lost = remaining.map((task) => world.sight(task.node)).find((sight) => sight.state === 'lost')
  const works = remaining.length > 0 ? worksOf(address, [], remaining) : [paper(address, home ?? address)]
  if (lost?.state === 'lost')
    return {
      plan: { ...facts, action: 'unknown', why: 'lost', tasks: planned, problem: lost.problem },
      works: works.map((work) => ({ ...work, lost: lost.problem })),
      removal: true,
    }
  return { plan: { ...facts, action: 'remove', why, tasks: planned }, works, removal: true }
}

function wantTask(world: World, index: Index, thing: WantedThing, service: Service, force: boolean): TaskPlan {
  const past = index.pastTask.get(thingKey(thing.node, thing.thing))
  const finding = findingOf(world, thing.node, thing.thing, thing.kind.bare)
  const decision = decideWanted(thing.kind, thing.thing, thing.wanted, finding, past, { holds: thing.holds, force })
  return taskPlan(thing, thing.kind.name, decision, service.at)
}

function dropTask(world: World, task: PastTask, why: ServicePlan['why']): TaskPlan {
  const kind = world.tryFindKind(task.kind)
  if (!kind) {
    const problem: Problem = {
      code: 'ORPHAN_UNKNOWN_KIND',
      message: `${task.thing} on ${task.node} was made by ${task.kind}, which this version does not know.`,
      hint: `Use the ays that made it, or \`ays forget ${task.service}\`.`,
    }
    return { ...blank(task), action: 'unknown', why, problem }
  }
  const finding = findingOf(world, task.node, task.thing, kind.bare)
  return taskPlan(task, task.kind, decideUnwanted(kind, task.thing, finding, task, why, task.holds), undefined)
}

function withNode(task: PastTask, why: ServicePlan['why']): TaskPlan {
  const effects: Effect[] = task.holds === 'data' ? [{ kind: 'data-loss', what: `${task.thing} on ${task.node}` }] : []
  return { ...blank(task), action: 'remove', why, effects, withNode: true }
}

const blank = (
  task: PastTask,
): Pick<TaskPlan, 'thing' | 'kind' | 'node' | 'rung' | 'changes' | 'commands' | 'effects'> => ({
  thing: task.thing,
  kind: task.kind,
  node: task.node,
  rung: task.rung,
  changes: [],
  commands: [],
  effects: [],
})

function taskPlan(
  of: { thing: string; node: Address; rung: TaskPlan['rung'] },
  kind: string,
  decision: Decision,
  at: Place | undefined,
): TaskPlan {
  const { action, why, changes, commands, effects, problem, moving } = decision
  return {
    thing: of.thing,
    kind,
    node: of.node,
    rung: of.rung,
    action,
    why,
    changes,
    commands,
    effects,
    ...(problem ? { problem } : {}),
    ...(at ? { at } : {}),
    ...(moving ? { moving: moving.progress } : {}),
  }
}

function findingOf(world: World, node: Address, thing: string, bare: unknown): Finding<unknown> {
  const sight = world.sight(node)
  if (sight.state === 'bare') return { state: 'seen', found: bare }
  if (sight.state === 'lost') return { state: 'unknown', problem: sight.problem }
  const found = world.finding(node, thing)
  return (
    found ?? {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: `${thing} on ${node} was not looked at yet.` },
    }
  )
}

function worksOf(address: Address, things: readonly WantedThing[], removals: readonly PastTask[]): Planned['works'] {
  const nodes = new Set([...things.map((thing) => thing.node), ...removals.map((task) => task.node)])
  if (nodes.size === 0) return [paper(address, address)]
  return [...nodes].map((node) => ({
    key: `${address}@${node}`,
    service: address,
    node,
    onPaper: false,
    things: things.filter((thing) => thing.node === node),
    removals: [...removals.filter((task) => task.node === node)].sort((a, b) => b.position - a.position),
  }))
}

const paper = (address: Address, node: Address): Planned['works'][number] => ({
  key: `${address}@${node}`,
  service: address,
  node,
  things: [],
  removals: [],
  onPaper: true,
})

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
  if (whys.size === 1 && whys.has('asked')) return 'asked'
  return whys.has('lost') && whys.size === 1 ? 'lost' : 'change'
}

function finish(world: World, services: readonly ServicePlan[], planned: readonly Planned[]): Plan {
  const counts: Record<Action, number> = {
    create: 0,
    update: 0,
    replace: 0,
    remove: 0,
    adopt: 0,
    forget: 0,
    unknown: 0,
    none: 0,
  }
  for (const one of planned) counts[one.plan.action]++
  const nodes = new Set([...world.graph.services.values()].flatMap((service) => (service.node ? [service.node] : [])))
  const lost = new Map<Address, Problem>()
  for (const service of services)
    if (service.why === 'lost' && service.node && service.problem) lost.set(service.node, service.problem)
  const body = {
    format: 1,
    kind: world.kind,
    environment: world.environment,
    services,
    counts,
    radius: radiusOf(services),
    unreachable: [...lost].map(([node, problem]) => ({ node, problem })),
    warnings: sortProblems(world.warnings),
    blocked: blockedBy(world, services),
    nodes: nodes.size,
    simulated: world.simulated,
  } as const
  return { ...body, hash: digestOf(body) }
}

function radiusOf(services: readonly ServicePlan[]): BlastRadius {
  const tasks = services.flatMap((service) => service.tasks)
  const effects = tasks.flatMap((task) => task.effects)
  const of = (kind: Effect['kind']): string[] => [
    ...new Set(effects.filter((effect) => effect.kind === kind).map((effect) => effect.what)),
  ]
  const other = effects.filter((effect) => effect.kind !== 'restart' && effect.kind !== 'data-loss')
  const nodes = services
    .flatMap((service) => (service.why === 'waits' && service.node ? [service.node] : []))
    .concat(tasks.filter((task) => task.commands.length > 0 || task.withNode).map((task) => task.node))
  return {
    nodes: [...new Set(nodes)],
    restarts: of('restart'),
    dataLoss: of('data-loss'),
    other: [...new Map(other.map((one) => [`${one.kind} ${one.what}`, one])).values()],
  }
}

function blockedBy(world: World, services: readonly ServicePlan[]): Problem[] {
  const problems: Problem[] = []
  for (const service of services) {
    const at = service.at ? { at: service.at } : {}
    const declared = world.graph.services.get(service.address)?.steer.protect
    const guarded = declared ?? world.past.services.get(service.address)?.protect ?? false
    if (guarded && (service.action === 'remove' || service.action === 'replace'))
      problems.push({
        code: 'PROTECTED',
        ...at,
        message: `${service.address} is protected ($protect) and would be ${service.action}d.`,
        hint: 'Take $protect off in a change of its own first, if this is meant.',
      })
    const lost = [
      ...new Set(
        service.tasks
          .flatMap((task) => task.effects)
          .filter((effect) => effect.kind === 'data-loss')
          .map((effect) => effect.what),
      ),
    ]
    if (lost.length > 0 && !world.allow.some((one) => one === 'data-loss' || one === `data-loss=${service.address}`))
      problems.push({
        code: 'DATA_LOSS',
        ...at,
        message: `${service.address} would lose data: ${lost.join(', ')}.`,
        hint: `--allow data-loss=${service.address} lets it; --allow data-loss lets all of this plan.`,
      })
  }
  return sortProblems(problems)
}
