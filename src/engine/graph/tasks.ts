/** What every service wants of which node: templates asked for their tasks, and equal things of one node united. */
import type { Address } from '../../base/address.ts'
import { sameData } from '../../base/json.ts'
import { unique } from '../../base/later.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import type { LaterTask, PlacedTask } from '../task.ts'
import { placedTasks } from './ask-template.ts'
import type { Chosen } from './context.ts'
import type { Service } from './graph.ts'
import type { Leaf } from './leaves.ts'

/** One thing of one node with everything that is wanted of it. */
export interface OwnedTask extends PlacedTask {
  /** The services that want it, in graph order; one mostly. */
  readonly owners: readonly Address[]
  /** What each of them wants by itself, where their wants were united. */
  readonly each?: ReadonlyMap<Address, unknown>
  /** What the job at hand is to have of it; absent: all. */
  readonly part?: { readonly wanted: unknown }
  /** What of it `$ignore` leaves to others. */
  readonly left?: Left
}

/** Parts of a thing that stem from ignored fields. */
export interface Left {
  /** In what is wanted. */
  readonly leaves: readonly Leaf[]
  /** Those of them with a secret that is no longer the one last applied: left as they are whatever changes. */
  readonly always: readonly Leaf[]
  /** In field changes: for a thing of which what is found says not all that would be wanted. */
  readonly paths: readonly string[]
}

export interface WantedTasks {
  /** Per service with tasks, in the order of work; a shared thing stands, united, under each of its owners. */
  readonly tasks: ReadonlyMap<Address, readonly OwnedTask[]>
  /** By `thingKey`. */
  readonly things: ReadonlyMap<string, OwnedTask>
  /** Sorted by place. */
  readonly problems: Problem[]
}

export const thingKey = (node: Address, thing: string): string => `${node} ${thing}`

/** Asks every template, producers first. A service whose template reports bad data has no tasks here. */
export function tasksOf(chosen: Chosen): WantedTasks {
  const problems: Problem[] = []
  const things = new Map<string, OwnedTask>()
  const wanted = new Map<Address, Set<string>>()
  for (const address of chosen.graph.order) {
    const service = chosen.graph.services.get(address)
    if (!service || !(service.template.tasks || service.template.running)) continue
    const keys = new Set<string>()
    for (const task of placedTasks(chosen, service, problems)) {
      const key = thingKey(task.node, task.thing)
      const former = things.get(key)
      const united = former ? unite(former, task, address) : { task: { ...task, owners: [address] } }
      if ('conflict' in united) problems.push(conflictProblem(chosen, united.conflict, task, former, service))
      else {
        things.set(key, united.task)
        keys.add(key)
      }
    }
    wanted.set(address, keys)
  }
  const tasks = new Map<Address, OwnedTask[]>()
  for (const [address, keys] of wanted)
    tasks.set(
      address,
      [...keys].flatMap((key) => things.get(key) ?? []),
    )
  return { tasks, things, problems: sortProblems(problems) }
}

/** Equal wants share a thing; others are united by its kind, if that can. It stands as soon as one of its owners is installed. */
function unite(former: OwnedTask, task: PlacedTask, owner: Address): { task: OwnedTask } | { conflict: string } {
  if (former.kind.name !== task.kind.name) return { conflict: `as ${former.kind.name} and as ${task.kind.name}` }
  const merged = uniteWanted(former, former.wanted, task.wanted)
  if ('conflict' in merged) return merged
  const later = uniteLater(former, task)
  if (later && 'conflict' in later) return later
  const rung = former.rung === 'installed' || task.rung === 'installed' ? 'installed' : 'running'
  const owners = former.owners.includes(owner) ? former.owners : [...former.owners, owner]
  const holds = former.holds ?? task.holds
  const { later: _open, each: _before, ...rest } = former
  const each = eachOf(former, task, owner)
  return {
    task: {
      ...{ ...rest, wanted: merged.wanted, rung, owners },
      ...(each ? { each } : {}),
      ...(holds ? { holds } : {}),
      ...(later ? { later } : {}),
    },
  }
}

/** undefined while all of them want the same. */
function eachOf(former: OwnedTask, task: PlacedTask, owner: Address): OwnedTask['each'] {
  if (!former.each && sameData(former.wanted, task.wanted)) return undefined
  const each = new Map(former.each ?? former.owners.map((one) => [one, former.wanted]))
  const own = each.has(owner) ? uniteWanted(task, each.get(owner), task.wanted) : { wanted: task.wanted }
  each.set(owner, 'conflict' in own ? task.wanted : own.wanted)
  return each.size > 1 ? each : undefined
}

type United = { readonly wanted: unknown } | { readonly conflict: string }

const uniteWanted = ({ kind }: PlacedTask, a: unknown, b: unknown): United =>
  sameData(a, b) ? { wanted: a } : (kind.merge?.(a, b) ?? { conflict: 'not alike' })

/** The same with the other stand-ins, where one of them holds some. */
function uniteLater(former: PlacedTask, task: PlacedTask): LaterTask | { conflict: string } | undefined {
  if (!former.later && !task.later) return undefined
  const other = uniteWanted(
    former,
    former.later ? former.later.other : former.wanted,
    task.later ? task.later.other : task.wanted,
  )
  if ('conflict' in other) return other
  return { other: other.wanted, sources: unique([...(former.later?.sources ?? []), ...(task.later?.sources ?? [])]) }
}

/** What one service wants, whoever else wants it. */
export function tasksOfOne(chosen: Chosen, address: Address): readonly PlacedTask[] {
  const service = chosen.graph.services.get(address)
  return service ? placedTasks(chosen, service, []) : []
}

/** The things of a service as they are wanted now; a shared one as all its owners want it. */
export function wantedAgain(
  chosen: Chosen,
  things: readonly OwnedTask[],
): { readonly things: readonly (OwnedTask | undefined)[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const asked = new Map<Address, readonly PlacedTask[]>()
  const ask = (owner: Address): readonly PlacedTask[] => {
    const service = chosen.graph.services.get(owner)
    const tasks = asked.get(owner) ?? (service ? placedTasks(chosen, service, problems) : [])
    asked.set(owner, tasks)
    return tasks
  }
  const again = things.map(({ node, thing, owners }) =>
    owners
      .flatMap((owner) => ask(owner).map((task) => ({ owner, task })))
      .filter(({ task }) => task.node === node && task.thing === thing)
      .reduce<OwnedTask | undefined>((former, { owner, task }) => {
        const united = former ? unite(former, task, owner) : { task: { ...task, owners: [owner] } }
        return 'conflict' in united ? undefined : united.task
      }, undefined),
  )
  return { things: again, problems }
}

function conflictProblem(
  chosen: Chosen,
  reason: string,
  task: PlacedTask,
  former: OwnedTask | undefined,
  service: Service,
): Problem {
  const owners = former?.owners ?? []
  const others = owners.filter((owner) => owner !== service.address)
  const also = others.flatMap((owner) => {
    const at = chosen.graph.services.get(owner)?.at
    return at ? [{ at, note: `${owner} wants it too` }] : []
  })
  const who = others.length > 0 ? `${others.join(', ')} and ${service.address} both want` : `${service.address} wants`
  const twice = others.length > 0 ? '' : ' twice'
  const message = `${who} ${task.thing} on ${task.node}${twice}: ${reason}.`
  return {
    code: 'THING_CONFLICT',
    at: service.at,
    message,
    also,
    hint: 'Change one of them, or let them live on different nodes.',
  }
}
