/** One thing of a service, decided and shown. */
import { type Address, LOCAL } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Service } from '../graph/graph.ts'
import { thingKey } from '../graph/tasks.ts'
import type { Effect, Finding } from '../kind.ts'
import { type Decision, decideUnwanted, decideWanted } from './decide.ts'
import { forcingPlace } from './forcing-place.ts'
import { asksPlaceholders } from './open-looks.ts'
import type { PastIndex } from './past-index.ts'
import type { ServicePlan, TaskPlan } from './plan.ts'
import { uniteDecisions } from './unite.ts'
import type { PastTask, WantedThing, World } from './world.ts'

/** A thing to have. `others` are parts of it that are in place by then. */
export function wantTask(
  world: World,
  index: PastIndex,
  thing: WantedThing,
  service: Service,
  force: boolean,
  others: readonly unknown[] = [],
): TaskPlan {
  const past = index.pastTask.get(thingKey(thing.node, thing.thing))
  const finding = others.reduce<Finding<unknown>>(
    (former, other) => withPart(thing, former, other),
    findingOf(world, thing.node, thing.thing, thing.kind.bare),
  )
  const { holds, left, part } = thing
  const decide = (wanted: unknown): Decision =>
    decideWanted(thing.kind, thing.thing, part ? part.wanted : wanted, finding, past, {
      ...{ holds, force, left },
      whole: wanted,
    })
  if (thing.later && finding.state === 'unknown' && world.sight(thing.node).state !== 'lost' && asksPlaceholders(thing))
    return { ...blank({ ...thing, kind: thing.kind.name }), action: 'unknown', why: 'waits', at: service.at }
  const first = decide(thing.wanted)
  const decision = thing.later ? uniteDecisions(first, decide(thing.later.other), thing.later) : first
  return withClaim(world, taskPlan(thing, thing.kind.name, decision, forcingPlace(service, decision.changes)))
}

/** What a look will show once this part of the thing is in place. */
const withPart = ({ kind }: WantedThing, finding: Finding<unknown>, part: unknown): Finding<unknown> =>
  finding.state === 'seen' && kind.compare(part, finding.found).length > 0
    ? { state: 'seen', found: kind.settled(part, finding.found) }
    : finding

/** A thing to be rid of. */
export function dropTask(world: World, task: PastTask, why: ServicePlan['why']): TaskPlan {
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
  return withClaim(
    world,
    taskPlan(task, task.kind, decideUnwanted(kind, task.thing, finding, task, why, task.holds), undefined),
  )
}

/** Says who else takes care of the thing, where its node told so. */
export function withClaim(world: World, plan: TaskPlan): TaskPlan {
  const claimedBy = world.claimedBy(plan.node, plan.thing)
  return claimedBy === undefined ? plan : { ...plan, claimedBy }
}

/** A thing that goes with its node. */
export function withNode(task: PastTask, why: ServicePlan['why']): TaskPlan {
  const effects: Effect[] = task.holds === 'data' ? [{ kind: 'data-loss', what: `${task.thing} on ${task.node}` }] : []
  return { ...blank(task), action: 'remove', why, effects, withNode: true }
}

const blank = (
  task: Pick<TaskPlan, 'thing' | 'kind' | 'node' | 'rung'>,
): Pick<TaskPlan, 'thing' | 'kind' | 'node' | 'rung' | 'changes' | 'commands' | 'effects'> => ({
  thing: task.thing,
  kind: task.kind,
  node: task.node,
  rung: task.rung,
  changes: [],
  commands: [],
  effects: [],
})

export function taskPlan(
  of: { thing: string; node: Address; rung: TaskPlan['rung'] },
  kind: string,
  decision: Decision,
  at: Place | undefined,
): TaskPlan {
  const { action, why, changes, commands, effects, problem, moving, undo } = decision
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
    ...(undo && of.node !== LOCAL ? { undo: undo.map(({ title }) => title) } : {}),
  }
}

/** What was found, or is known without asking: a node that this plan makes is bare. */
export function findingOf(world: World, node: Address, thing: string, bare: unknown): Finding<unknown> {
  const sight = world.sight(node)
  if (sight.state === 'bare') return { state: 'seen', found: bare }
  if (sight.state === 'lost') return { state: 'unknown', problem: sight.problem }
  const found = world.finding(node, thing)
  if (sight.state === 'remembered') return found ?? { state: 'seen', found: bare }
  return (
    found ?? {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: `${thing} on ${node} was not looked at yet.` },
    }
  )
}
