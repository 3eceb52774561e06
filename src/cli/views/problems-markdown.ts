/** All problems of one command as a comment: one line each, with its place and the way out. */
import type { ShownProblem } from '../read-problems.ts'
import { code, escaped } from './markdown/escape.ts'
import { count } from './plain-text.ts'

/** At most some dozens are listed; the rest is counted. */
export function problemsMarkdown(problems: readonly ShownProblem[]): string {
  const errors = problems.filter((one) => one.severity !== 'warning')
  const warnings = problems.length - errors.length
  const sum = [
    ...(errors.length > 0 ? [count(errors.length, 'mistake')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ]
  const shown = [...errors, ...problems.filter((one) => one.severity === 'warning')].slice(0, SHOWN_MAX)
  const rest = problems.length - shown.length
  return [
    `### ays: ${sum.length === 0 ? 'no mistakes' : sum.join(', ')}`,
    shown.map(line).join('\n'),
    rest > 0 ? `… and ${rest} more, which \`ays validate\` shows.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

const SHOWN_MAX = 60

function line({ code: what, severity, message, hint, file, range }: ShownProblem): string {
  const place = file === undefined ? '' : `${code(range ? `${file}:${range.start.line}:${range.start.column}` : file)} `
  const way = hint === undefined ? '' : `<br>→ ${escaped(hint)}`
  return `- ${severity === 'warning' ? 'warning ' : ''}${place}**${escaped(what)}** ${escaped(message)}${way}`
}
