/** A plan as machines read it; `planSchema` says what may stand where. */
import { type Json, plain } from '../../base/json.ts'
import type { Problem } from '../../base/problem.ts'
import { thingKey } from '../graph/tasks.ts'
import type { PlanNotes, Simulated } from './notes.ts'
import type { Plan } from './plan.ts'
import { riskOf } from './risk.ts'

/** What may stand in it beside the plan itself. */
export interface PlanJsonMore {
  /** The way back of each thing, by `thingKey`. */
  readonly undo?: PlanNotes['undo'] | undefined
  readonly simulation?: Simulated | undefined
}

/** A plan as it is, with its risk. */
export function planJson(plan: Plan, { undo, simulation }: PlanJsonMore = {}): Json {
  const {
    format,
    kind,
    environment,
    hash,
    simulated,
    counts,
    radius,
    nodes,
    waves,
    blocked,
    unreachable,
    warnings,
    held,
    renamed,
    unknowns,
    demands,
    services,
  } = plan
  return plain({
    format,
    kind,
    environment,
    hash,
    risk: riskOf(plan),
    simulated,
    counts,
    nodes,
    waves,
    radius,
    blocked: blocked.map(problemJson),
    unreachable: unreachable.map((one) => ({ node: one.node, problem: problemJson(one.problem) })),
    warnings: warnings.map(problemJson),
    held,
    renamed,
    ...(unknowns ? { unknowns } : {}),
    ...(demands ? { demands } : {}),
    services: services.map((service) => ({
      ...service,
      problem: service.problem && problemJson(service.problem),
      tasks: service.tasks.map((task) => ({
        ...task,
        problem: task.problem && problemJson(task.problem),
        wayBack: undo?.[thingKey(task.node, task.thing)],
      })),
    })),
    simulation: simulation && { ...simulation, problems: simulation.problems.map(problemJson) },
  })
}

/** Its place as a file and a range, 1-based, the end exclusive. */
export function problemJson({ code, message, at, also, hint, severity }: Problem): Json {
  return plain({
    code,
    severity: severity ?? 'error',
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at ? { file: at.file, range: rangeOf(at) } : {}),
    ...(also?.length
      ? { also: also.map((one) => ({ note: one.note, file: one.at.file, range: rangeOf(one.at) })) }
      : {}),
  })
}

const rangeOf = (at: NonNullable<Problem['at']>): Json => ({
  start: { line: at.line, column: at.column },
  end: { line: at.endLine ?? at.line, column: at.endColumn ?? at.column },
})
