/** Problems in the forms that a plan may have: where there is no plan, its readers still learn why. */
import type { Problem } from '../../base/problem.ts'
import type { ShownProblem } from '../read-problems.ts'
import { problemJson, problemsJson, showJson } from './json.ts'
import type { ProblemFormat } from './plan-formats.ts'

/** Ends with a line break. `folder` is where the workspace lies in its repository. */
export async function problemsIn(format: ProblemFormat, problems: readonly Problem[], folder = ''): Promise<string> {
  switch (format) {
    case 'json':
      return `${showJson(problemsJson(problems))}\n`
    case 'markdown':
      return (await import('./problems-markdown.ts')).problemsMarkdown(
        problems.map(problemJson) as unknown as readonly ShownProblem[], // what is printed is what is read back
      )
    case 'sarif':
      return `${showJson((await import('./sarif.ts')).problemsSarif(problems, folder))}\n`
    case 'junit':
      return (await import('./junit-plan.ts')).problemsJunit(problems)
  }
}
