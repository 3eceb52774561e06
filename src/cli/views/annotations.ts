/** Problems as workflow commands of GitHub Actions: it shows them at their lines. */
import type { ShownProblem } from '../read-problems.ts'

/** One per problem with a place. `folder` is where the workspace lies in the repository, '' for its root. */
export function annotations(problems: readonly ShownProblem[], folder: string): readonly string[] {
  return problems.flatMap(({ code, severity, message, hint, file, range }) => {
    if (file === undefined || !range) return []
    const { start, end } = range
    const properties = {
      file: folder === '' ? file : `${folder}/${file}`,
      line: start.line,
      endLine: end.line,
      col: start.column,
      // GitHub takes an end column on the same line only, and counts the last one in.
      ...(end.line === start.line && end.column > start.column ? { endColumn: end.column - 1 } : {}),
      title: `ays ${code}`,
    }
    const words = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`)
    const text = hint === undefined ? message : `${message}\n${hint}`
    return [`::${severity === 'warning' ? 'warning' : 'error'} ${words.join(',')}::${data(text)}`]
  })
}

/** As https://docs.github.com/actions/reference/workflow-commands-for-github-actions has it; the percent sign first. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
