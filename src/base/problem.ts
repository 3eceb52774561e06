import type { Code } from './codes.ts'
import { comparePlaces, type Place, showPlace } from './place.ts'

/** Something a person can mend: what is wrong, where, and what to do next. */
export interface Problem {
  readonly code: Code
  readonly message: string
  readonly at?: Place
  /** Other places that belong to it, such as the first of two equal keys. */
  readonly also?: readonly { readonly at: Place; readonly note: string }[]
  readonly hint?: string
  /** A warning is shown and nothing is held up; absent means error. */
  readonly severity?: 'error' | 'warning'
}

/** Thrown once, at the workspace's edge, with every problem that was found. */
export class ProblemsError extends Error {
  override readonly name = 'ProblemsError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'))
    this.problems = problems
  }
}

/** One line: `file:line:col: CODE message`. */
export function problemLine(problem: Problem): string {
  const at = problem.at ? `${showPlace(problem.at)}: ` : ''
  return `${at}${problem.code} ${problem.message}`
}

/** Sorted by place, warnings among them. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => comparePlaces(a.at, b.at) || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
}

export const isError = (problem: Problem): boolean => problem.severity !== 'warning'

/** Throws all problems if one of them is an error. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.some(isError)) throw new ProblemsError(sortProblems(problems))
}
