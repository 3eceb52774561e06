/** What every service wants of which node: templates asked for their tasks, and equal things of one node united. */
import type { Address } from '../../base/address.ts'
import { sameData } from '../../base/json.ts'
import { type Problem, ProblemsError, sortProblems } from '../../base/problem.ts'
import type { AnyTask, PlacedTask } from '../task.ts'
import type { Context } from '../template.ts'
import { type Chosen, contextOf, workNodeOf } from './context.ts'
import type { Service } from './graph.ts'
import type { Leaf } from './leaves.ts'

/** One thing of one node with everything that is wanted of it. */
export interface OwnedTask extends PlacedTask {
  /** The services that want it, in graph order; one mostly. */
  readonly owners: readonly Address[]
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

/**
 * Asks every template, producers first. A template reports bad data by throwing ProblemsError: its service then has no
 * tasks here, and its problems are among the others. Anything else that it throws is a bug and goes on.
 */
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

/** All tasks of a service, by what it is given. Throws what its template throws. */
export function askTemplate({ template }: Pick<Service, 'template'>, context: Context): AnyTask[] {
  const tasks = template.tasks?.(context) ?? []
  const running = template.running?.({ ...context, tasks }) ?? []
  return [...tasks, ...running.map((task): AnyTask => ({ ...task, rung: 'running' }))]
}

function placedTasks(chosen: Chosen, service: Service, problems: Problem[]): PlacedTask[] {
  const node = workNodeOf(service)
  try {
    return askTemplate(service, contextOf(chosen, service)).map((task) => ({ ...task, node }))
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    problems.push(...error.problems.map((problem) => ({ ...problem, at: problem.at ?? service.at })))
    return []
  }
}

/** Equal wants share a thing; others are united by its kind, if that can. It stands as soon as one of its owners is installed. */
function unite(former: OwnedTask, task: PlacedTask, owner: Address): { task: OwnedTask } | { conflict: string } {
  if (former.kind.name !== task.kind.name) return { conflict: `as ${former.kind.name} and as ${task.kind.name}` }
  const merged = sameData(former.wanted, task.wanted)
    ? { wanted: former.wanted }
    : former.kind.merge?.(former.wanted, task.wanted)
  if (!merged) return { conflict: 'not alike' }
  if ('conflict' in merged) return merged
  const rung = former.rung === 'installed' || task.rung === 'installed' ? 'installed' : 'running'
  const owners = former.owners.includes(owner) ? former.owners : [...former.owners, owner]
  const holds = former.holds ?? task.holds
  return { task: { ...former, wanted: merged.wanted, rung, owners, ...(holds ? { holds } : {}) } }
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
