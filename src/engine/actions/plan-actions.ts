/** A plan of verbs: which services, in which order, with which commands. */
import { type Address, tryReadAddress } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Service } from '../graph/graph.ts'
import { thingKey } from '../graph/tasks.ts'
import { indexPast, type PastIndex } from '../plan/past-index.ts'
import type { Plan, ServicePlan, TaskPlan } from '../plan/plan.ts'
import { dropTask, wantTask } from '../plan/plan-tasks.ts'
import { ownOf } from '../plan/shares.ts'
import { finishPlan } from '../plan/summary.ts'
import type { PastTask, WantedThing, Work, World } from '../plan/world.ts'
import { type ActionGraph, type ActionStep, actionKey, LIFECYCLE, lifecycleOf, orderActions } from './order-actions.ts'

/** An action of a template for one service, its arguments read: what it wants done once. */
export interface ActionTasks {
  readonly entry: string
  readonly args: JsonObject
  readonly things: readonly WantedThing[]
  /** How long its commands may show no sign of life. */
  readonly timeoutMs?: number
  /** The entry was ok before. */
  readonly done: boolean
}

export interface ActionRequestInput {
  readonly world: World
  readonly asked: readonly { readonly service: Address; readonly action: string }[]
  /** The tasks of a template's own action; undefined for verbs of the lifecycle. */
  custom(service: Address, action: string): ActionTasks | undefined
  readonly force: boolean
}

export function planActions({ world, asked, custom, force }: ActionRequestInput): {
  readonly plan: Plan
  readonly works: readonly Work[]
  readonly steps: readonly ActionStep[]
} {
  const index = indexPast(world)
  const steps = orderActions(actionGraph(world, index, custom), asked)
  const named = new Set(asked.map((one) => actionKey(one.service, one.action)))
  const planned = steps.map((step) =>
    planStep({ world, index, step, custom, force: force && named.has(actionKey(step.service, step.action)) }),
  )
  const keys = new Map(planned.map((one) => [actionKey(one.step.service, one.step.action), one.work.key]))
  const works = planned.map(
    ({ work, step }): Work => ({ ...work, after: step.after.flatMap((key) => keys.get(key) ?? []), behind: [] }),
  )
  const services = planned
    .filter(({ plan, step }) => plan.tasks.length > 0 || named.has(actionKey(step.service, step.action)))
    .map(({ plan }) => plan)
  const counted = services.map((plan) => ({ plan, works: [], removal: false }))
  return { plan: finishPlan(world, services, counted), works, steps }
}

/** The lifecycle with what is ok already by what was just found. */
function actionGraph(world: World, index: PastIndex, custom: ActionRequestInput['custom']): ActionGraph {
  return {
    ...lifecycleOf(world.graph),
    isOk: (address, action) => {
      if (action === 'init' || action === 'install' || action === 'start') {
        if (action !== 'start' && !world.past.services.has(address)) return false
        return thingsOf(world, address, action).every((thing) => isInPlace(world, index, thing))
      }
      return action === 'monitor' ? false : (custom(address, action)?.done ?? false)
    },
  }
}

function isInPlace(world: World, index: PastIndex, thing: WantedThing): boolean {
  const service = world.graph.services.get(thing.owners[0] ?? ('' as Address))
  return service !== undefined && wantTask(world, index, thing, service, false).action === 'none'
}

const thingsOf = (world: World, address: Address, action: string): readonly WantedThing[] =>
  (world.tasks.get(address) ?? [])
    .filter(
      (thing) =>
        action === 'monitor' ||
        (action === 'install' && thing.rung === 'installed') ||
        (action === 'start' && thing.rung === 'running'),
    )
    .map((thing) => (thing.each && !thing.later ? { ...thing, part: { wanted: ownOf(thing, address) } } : thing))

interface StepInput {
  readonly world: World
  readonly index: PastIndex
  readonly step: ActionStep
  readonly custom: ActionRequestInput['custom']
  readonly force: boolean
}

function planStep(input: StepInput): {
  readonly step: ActionStep
  readonly plan: ServicePlan
  readonly work: Omit<Work, 'after' | 'behind'>
} {
  const { world, index, step, force } = input
  const { service: address, action } = step
  const service = world.graph.services.get(address)
  const { things, removals, ...act } = partsOf(input, service)
  const node = things[0]?.node ?? removals[0]?.node
  const tasks: TaskPlan[] = [
    ...removals.map((task) => dropTask(world, task, 'asked')),
    ...(service ? things.map((thing) => wantTask(world, index, thing, service, force)) : []),
  ].filter((task) => task.action !== 'none')
  const plan: ServicePlan = {
    address,
    template: service?.template.name ?? '',
    action: 'act',
    why: 'asked',
    verb: action,
    ...(node ? { node } : {}),
    ...(service ? { at: service.at } : {}),
    tasks,
    after: [...new Set(step.after.flatMap((key) => serviceOfKey(key)))].filter((one) => one !== address),
  }
  const sight = node === undefined ? undefined : world.sight(node)
  const work = {
    key: `${address}@${node ?? address}#${action}`,
    service: address,
    node: node ?? address,
    things,
    removals,
    onPaper: things.length + removals.length === 0,
    act: { action, ...act },
    ...(action === 'monitor' ? { looksOnly: true } : {}),
    ...(action === 'delete' ? { forgets: true } : {}),
    ...(isCustom(action) ? { passing: true, force } : {}),
    ...(sight?.state === 'lost' ? { lost: sight.problem } : {}),
  }
  return { step, plan, work }
}

/** `role/name#verb` → the address. */
const serviceOfKey = (key: string): Address[] => {
  const address = tryReadAddress(key.slice(0, key.lastIndexOf('#')))
  return address ? [address] : []
}

const isCustom = (action: string): boolean => !(LIFECYCLE as readonly string[]).includes(action)

function partsOf(
  { world, index, step, custom }: StepInput,
  service: Service | undefined,
): Pick<ActionTasks, 'things' | 'entry' | 'args' | 'timeoutMs'> & { removals: readonly PastTask[] } {
  const { service: address, action } = step
  const past = (index.pastOf.get(address) ?? []).filter((task) => !isSharedStill(world, address, task))
  const nothing = { things: [], removals: [], entry: '', args: {} }
  switch (action) {
    case 'init':
    case 'delete':
      return nothing
    case 'install':
    case 'start':
    case 'monitor':
      return { ...nothing, things: thingsOf(world, address, action) }
    case 'stop':
    case 'uninstall': {
      const rung = action === 'stop' ? 'running' : 'installed'
      return { ...nothing, removals: past.filter((task) => task.rung === rung).sort((a, b) => b.position - a.position) }
    }
    default: {
      const own = service && custom(address, action)
      if (!own) return nothing
      const { things, entry, args, timeoutMs } = own
      return { things, removals: [], entry, args, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    }
  }
}

/** A thing that another service wants as well stays. */
function isSharedStill(world: World, address: Address, task: PastTask): boolean {
  const thing = world.things.get(thingKey(task.node, task.thing))
  return thing?.owners.some((owner) => owner !== address) ?? false
}
