/** A plan back from its JSON. */
import type { Problem } from '../../base/problem.ts'
import type { PlanNotes } from './notes.ts'
import type { Plan } from './plan.ts'
import type { PlanJson, ProblemJson, SavedPlan } from './plan-schema.ts'

/**
 * For views and comparisons; never to carry out. What was secret stands sealed in commands. Members that this version does
 * not know stay where they are.
 */
export function planOfJson(json: PlanJson): Plan {
  const { risk: _, blocked, warnings, unreachable, services, ...rest } = json
  const plan = {
    ...rest,
    blocked: blocked.map(problemOfJson),
    warnings: warnings.map(problemOfJson),
    unreachable: unreachable.map((one) => ({ ...one, problem: problemOfJson(one.problem) })),
    services: services.map((service) => ({
      ...withProblem(service),
      tasks: service.tasks.map(withProblem),
    })),
  }
  // Held against the schema: addresses and codes are texts of their form, and texts of commands may be sealed, as views know.
  return plan as unknown as Plan
}

/** What is known beside a saved plan; undefined: it was saved without. */
export const notesOfSaved = ({ notes }: Pick<SavedPlan, 'notes'>): PlanNotes | undefined =>
  // Held against the schema; what stands in it is only shown.
  notes as unknown as PlanNotes | undefined

function withProblem<T extends { problem?: ProblemJson }>(of: T): Omit<T, 'problem'> & { problem?: Problem } {
  const { problem, ...rest } = of
  return problem ? { ...rest, problem: problemOfJson(problem) } : rest
}

function problemOfJson({ code, severity, message, hint, file, range, also }: ProblemJson): Problem {
  return {
    // A newer ays may have codes that this one does not list; they are shown as they are.
    code: code as Problem['code'],
    message,
    ...(severity === 'warning' ? { severity } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(file !== undefined && range ? { at: placeOf(file, range) } : {}),
    ...(also ? { also: also.map((one) => ({ note: one.note, at: placeOf(one.file, one.range) })) } : {}),
  }
}

const placeOf = (file: string, { start, end }: NonNullable<ProblemJson['range']>): NonNullable<Problem['at']> => ({
  file,
  ...start,
  endLine: end.line,
  endColumn: end.column,
})
