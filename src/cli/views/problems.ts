/** All problems of one command for people: each with its frame, and how many there are. */
import { isError, type Problem, sortProblems } from '../../base/problem.ts'
import { drawProblem, type SourceLine } from './frame.ts'
import { paletteOf } from './paint.ts'
import { count } from './plain-text.ts'

export interface ProblemsViewOptions {
  readonly color: boolean
  readonly width: number
  /** The text of a line of a file, when it can be read. */
  readonly sourceLine: SourceLine
}

/** Frames in the order of places, then the sum. */
export function problemsView(problems: readonly Problem[], options: ProblemsViewOptions): string {
  const frames = sortProblems(problems).map((problem) => drawProblem(problem, options.sourceLine, options))
  const { bold } = paletteOf(options.color)
  return `${frames.join('\n\n')}\n\n${bold(sumOf(problems))}`
}

/** `3 mistakes in 2 files`, `1 problem`, `2 warnings`. */
export function sumOf(problems: readonly Problem[]): string {
  const errors = problems.filter(isError)
  const placed = errors.filter((problem) => problem.at)
  const files = new Set(placed.map((problem) => problem.at?.file)).size
  const parts: string[] = []
  if (placed.length > 0) parts.push(`${count(placed.length, 'mistake')} in ${count(files, 'file')}`)
  if (errors.length > placed.length) parts.push(count(errors.length - placed.length, 'problem'))
  if (problems.length > errors.length) parts.push(count(problems.length - errors.length, 'warning'))
  return parts.join(', ')
}
