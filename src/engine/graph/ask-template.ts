/** One service's tasks, asked of its template; asked twice where something is known only after apply. */
import { sameData } from '../../base/json.ts'
import { holdsPlaceholder, type LaterSource, showPlaceholders, wordsOf } from '../../base/later.ts'
import { type Problem, ProblemsError } from '../../base/problem.ts'
import type { AnyTask, PlacedTask } from '../task.ts'
import type { Context } from '../template.ts'
import { type Chosen, contextOf, sourcesOf, workNodeOf } from './context.ts'
import type { Service } from './graph.ts'

/**
 * A template reports bad data by throwing ProblemsError: its service then has no tasks here, and its problems are among
 * the others. Anything else that it throws is a bug and goes on.
 */
export function placedTasks(chosen: Chosen, service: Service, problems: Problem[]): readonly PlacedTask[] {
  const sources = sourcesOf(chosen, service)
  try {
    const tasks = askOnce(chosen, service, 0)
    if (sources.length === 0) return tasks
    const marked = markLater(tasks, askOnce(chosen, service, 1), sources)
    if (!marked && chosen.shown?.complete) problems.push(thingsUnknown(service, sources))
    return marked ?? []
  } catch (error) {
    if (sources.length > 0) problems.push(...openProblems(chosen, service, sources, error))
    else if (error instanceof ProblemsError)
      problems.push(...error.problems.map((problem) => ({ ...problem, at: problem.at ?? service.at })))
    else throw error
    return []
  }
}

/** All tasks of a service, by what it is given. Throws what its template throws. */
export function askTemplate({ template }: Pick<Service, 'template'>, context: Context): AnyTask[] {
  const tasks = template.tasks?.(context) ?? []
  const running = template.running?.({ ...context, tasks }) ?? []
  return [...tasks, ...running.map((task): AnyTask => ({ ...task, rung: 'running' }))]
}

function askOnce(chosen: Chosen, service: Service, variant: 0 | 1): PlacedTask[] {
  const node = workNodeOf(service)
  return askTemplate(service, contextOf(chosen, service, variant)).map((task) => ({ ...task, node }))
}

/**
 * Tasks that differ between two stand-ins hold what is not known, and are marked. undefined: which things they are
 * differs, which must be known.
 */
export function markLater<One extends AnyTask>(
  first: readonly One[],
  second: readonly AnyTask[],
  sources: readonly LaterSource[],
): readonly One[] | undefined {
  if (first.length !== second.length || !first.every((task, i) => isSameThing(task, second[i]))) return undefined
  return first.map((task, i) => {
    const other = second[i]?.wanted
    return sameData(task.wanted, other) ? task : { ...task, later: { other, sources } }
  })
}

const isSameThing = (a: AnyTask, b: AnyTask | undefined): boolean =>
  a.thing === b?.thing && a.kind.name === b.kind.name && a.rung === b.rung && !holdsPlaceholder(a.thing)

/** SET_UNKNOWN: how many things there are, and which, is part of every plan. */
export const thingsUnknown = ({ address, at }: Service, sources: readonly LaterSource[]): Problem => ({
  code: 'SET_UNKNOWN',
  at,
  message: `${address}: which things it wants depends on what is ${wordsOf(sources)}.`,
  hint: HINT,
})

const HINT = 'Give a value that every plan knows, or apply what decides it first (--target).'

/** What a template says of stand-ins says nothing of the values; while nodes are still looked at, they may become known. */
function openProblems(
  chosen: Chosen,
  { address, at, template }: Service,
  sources: readonly LaterSource[],
  error: unknown,
): Problem[] {
  if (!chosen.shown?.complete) return []
  const reasons = error instanceof ProblemsError ? error.problems : [error instanceof Error ? error : undefined]
  return reasons.map((reason) => {
    const said = showPlaceholders(reason?.message ?? '')
    const message = `${address}: ${template.name} cannot plan it before it knows what is ${wordsOf(sources)}. ${said}`
    return { code: 'SET_UNKNOWN', at, message: message.trim(), hint: HINT }
  })
}
