/** Tells of a `${` that nothing closes, and shows the line as it should be. */
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { placeWithin } from './expression-places.ts'

/** `line`: the whole line on which the text stands, when it is at hand. */
export function unclosedProblem(text: string, start: number, at: Place, line: string | undefined): Problem {
  const cut = line !== undefined && isCut(line, at)
  const quoted = line === undefined ? undefined : quotedWhole(line, at, cut)
  return {
    code: 'EXPRESSION',
    message: cut ? 'This expression is cut off: " #" begins a comment in YAML.' : 'A ${ is never closed by a }.',
    at: placeWithin(at, text, start, text.length),
    hint: quoted ? `Write it as ${quoted}` : 'Close it with }, or write $${ for a literal ${.',
  }
}

/** Whether YAML ended a plain value at a comment. */
function isCut(line: string, at: Place): boolean {
  return (
    at.endLine === at.line &&
    at.endColumn !== undefined &&
    /^[ \t]+#/.test(line.slice(at.endColumn - 1)) &&
    !/^["']/.test(line.slice(at.column - 1))
  )
}

/** The line with its value quoted to the end; what is cut off belongs to it up to the last brace. */
function quotedWhole(line: string, at: Place, cut: boolean): string | undefined {
  if (at.endLine !== at.line || at.endColumn === undefined) return undefined
  const before = line.slice(0, at.column - 1).trimStart()
  const rest = line.slice(at.column - 1)
  const brace = rest.lastIndexOf('}')
  const value =
    cut && brace >= 0
      ? rest.slice(0, brace + 1)
      : `${rest.slice(0, at.endColumn - at.column).replace(/^(["'])(.*)\1$/s, '$2')}}`
  return `${before}'${value.replaceAll("'", "''")}'`
}
