/** A saved plan beside the same plan made now: what moved of what it touches and relies on, and what else there is. */
import type { Address } from '../../base/address.ts'
import { sameData } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { thingKey } from '../graph/tasks.ts'
import type { FieldChange } from '../kind.ts'
import type { Plan, ServicePlan, TaskPlan } from './plan.ts'
import type { SavedPlan } from './plan-schema.ts'

/** What a saved plan did not expect. */
export interface Moved {
  readonly service: Address
  /** A sentence without its end: `file:/etc/motd on node/n1: content changed since the plan`. */
  readonly what: string
  readonly at?: Place
}

export interface Comparison {
  readonly moved: readonly Moved[]
  /** What the plan of now would do besides. */
  readonly elsewhere: readonly ServicePlan[]
  /** What is carried out: the services of the saved plan. */
  readonly covered: ReadonlySet<Address>
}

/** What is in place by now is done, not moved: a run that was cut off left it so. */
export function compareSaved(saved: Plan, relies: SavedPlan['relies'], now: Plan): Comparison {
  const current = new Map(now.services.map((service) => [keyOf(service), service]))
  const stillLost = (service: ServicePlan): boolean =>
    service.why !== 'lost' || current.get(keyOf(service))?.why === 'lost'
  const expected = saved.services.filter(stillLost)
  const covered = new Set(expected.map((service) => service.address))
  const elsewhere = now.services.filter((service) => !covered.has(service.address) && service.action !== 'none')

  const tasks = tasksByThing(now.services)
  const known = tasksByThing(expected)
  const owners = new Map(now.services.flatMap((service) => service.tasks.map((task) => [keyOfTask(task), service])))
  const relied = Object.entries(relies).flatMap(([node, things]) =>
    things.map((thing) => thingKey(node as Address, thing)),
  )
  const unexpected = new Set([
    ...now.services
      .filter((service) => covered.has(service.address))
      .flatMap((service) => service.tasks.map(keyOfTask)),
    ...relied,
  ])
  const moved = [
    ...expected.flatMap((service) => movedOf(service, current.get(keyOf(service)), { now: tasks, saved: known })),
    ...[...unexpected]
      .filter((key) => !known.has(key))
      .flatMap((key): Moved[] => {
        const [task, owner] = [tasks.get(key)?.[0], owners.get(key)]
        return task && owner && isWork(task) ? [movedTask(owner, undefined, task)] : []
      }),
    ...tiedTo(covered, now, elsewhere),
  ]
  return { moved, elsewhere, covered }
}

/** An action of a service stands beside what is declared of it. */
const keyOf = ({ address, verb }: ServicePlan): string => `${address} ${verb ?? ''}`
const keyOfTask = ({ node, thing }: TaskPlan): string => thingKey(node, thing)

function movedOf(
  service: ServicePlan,
  now: ServicePlan | undefined,
  tasks: {
    readonly now: ReadonlyMap<string, readonly TaskPlan[]>
    readonly saved: ReadonlyMap<string, readonly TaskPlan[]>
  },
): readonly Moved[] {
  if (service.tasks.length === 0) {
    if (!now || now.action === service.action || now.tasks.length > 0) return []
    const what = `${service.address} was to be ${doing(service.action)}, and now it is to be ${doing(now.action)}`
    return [{ service: service.address, what, ...placeOf(now) }]
  }
  return service.tasks.flatMap((task): Moved[] => {
    const key = keyOfTask(task)
    const [saved, current] = [tasks.saved.get(key) ?? [], (tasks.now.get(key) ?? []).filter(isWork)]
    const other = current.find((one) => !saved.some((before) => isSame(before, one) || holds(saved, one)))
    return other && saved[0] === task ? [movedTask(service, all(task, saved), all(other, current))] : []
  })
}

const all = (task: TaskPlan, parts: readonly TaskPlan[]): TaskPlan => ({
  ...task,
  changes: parts.flatMap(({ changes }) => changes),
})

/** Of a thing that was shown in parts, one for each of several services, less is to be done than was shown. */
const holds = (saved: readonly TaskPlan[], now: TaskPlan): boolean =>
  saved.length > 1 &&
  now.action === 'update' &&
  now.changes.every((change) => saved.some((one) => one.changes.some((before) => sameData(before, change)))) &&
  now.effects.every((effect) => saved.some((one) => one.effects.some((before) => sameData(before, effect))))

/** One for each thing; several where services have parts of it. */
function tasksByThing(services: readonly ServicePlan[]): ReadonlyMap<string, readonly TaskPlan[]> {
  const tasks = new Map<string, TaskPlan[]>()
  for (const task of services.flatMap((service) => service.tasks)) {
    const known = tasks.get(keyOfTask(task))
    if (known) known.push(task)
    else tasks.set(keyOfTask(task), [task])
  }
  return tasks
}

const isSame = (a: TaskPlan, b: TaskPlan): boolean =>
  a.action === b.action &&
  sameData(a.changes, b.changes) &&
  sameData(a.commands, b.commands) &&
  sameData(a.effects, b.effects)

/** Something is to be done about it, or it cannot be seen; what is under way by itself is only waited for. */
const isWork = (task: TaskPlan): boolean =>
  task.action !== 'none' && task.action !== 'adopt' && !(task.moving !== undefined && task.commands.length === 0)

function movedTask(service: ServicePlan, before: TaskPlan | undefined, now: TaskPlan): Moved {
  const at = now.at ?? before?.at ?? service.at
  const what = `${now.thing} on ${now.node}${whatMoved(before, now)}`
  return { service: service.address, what, ...(at ? { at } : {}) }
}

function whatMoved(before: TaskPlan | undefined, now: TaskPlan): string {
  if (now.action === 'unknown') return ` cannot be seen now: ${(now.problem?.message ?? now.why).replace(/\.$/, '')}`
  if (before?.action === 'unknown') return ' could not be seen when the plan was made, and can be now'
  if (before?.action !== 'create' && now.action === 'create') return ' is gone since the plan'
  if (before?.action === 'create' && now.action !== 'create') return ' was not there when the plan was made, and is now'
  const paths = fieldsMoved(before?.changes ?? [], now.changes)
  if (paths.length > 0) return `: ${paths.join(', ')} changed since the plan`
  return ' needs other commands than the plan shows'
}

/** The fields that were found otherwise, or are to become something else. */
function fieldsMoved(before: readonly FieldChange[], now: readonly FieldChange[]): readonly string[] {
  const [then, here] = [before, now].map((changes) => new Map(changes.map((change) => [change.path, change])))
  const paths = [...new Set([...before, ...now].map((change) => change.path))]
  const moved = paths.filter((path) => !sameData(then?.get(path), here?.get(path)))
  return moved.map((path) => path || 'it').slice(0, 5)
}

/** What must be done before something of the plan, or goes with it, and is not in it. */
function tiedTo(covered: ReadonlySet<Address>, now: Plan, elsewhere: readonly ServicePlan[]): readonly Moved[] {
  const others = new Map(elsewhere.map((service) => [service.address, service]))
  const before = now.services
    .filter((service) => covered.has(service.address))
    .flatMap((service) =>
      service.after.flatMap((address): Moved[] => {
        const other = others.get(address)
        // What a producer has in place is among what the plan relies on.
        const seen = other?.action !== 'remove' && (other?.tasks.length ?? 0) > 0
        if (!other || other.action === 'adopt' || seen) return []
        const what = `${address} is to be ${doing(other.action)} before ${service.address}, and the plan does not say so`
        return [{ service: address, what, ...placeOf(other) }]
      }),
    )
  const along = elsewhere
    .filter((service) => service.tasks.some((task) => task.withNode) && service.after.some((one) => covered.has(one)))
    .map((service): Moved => {
      const what = `${service.address} would go with ${service.tasks[0]?.node}, and the plan does not say so`
      return { service: service.address, what, ...placeOf(service) }
    })
  return [...before, ...along]
}

const placeOf = ({ at }: ServicePlan): { at?: Place } => (at ? { at } : {})

function doing(action: ServicePlan['action']): string {
  if (action === 'none') return 'left as it is'
  if (action === 'act') return 'acted on'
  if (action === 'unknown') return 'looked at first'
  return action.endsWith('e') ? `${action}d` : `${action}ed`
}
