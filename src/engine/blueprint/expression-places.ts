/** Where a part of a text stands in its file. */
import type { Place } from '../../base/place.ts'
import type { ExpressionPart } from './declaration.ts'

/** The place of a part of a scalar: exact where the text stands in the file as it is, else the whole scalar. */
export function placeWithin(at: Place, text: string, start: number, end: number): Place {
  if (at.endLine !== at.line || at.endColumn === undefined) return at
  const quotes = at.endColumn - at.column - text.length
  if (quotes !== 0 && quotes !== 2) return at
  const column = at.column + quotes / 2
  return { file: at.file, line: at.line, column: column + start, endLine: at.line, endColumn: column + end }
}

/** The place of a part of an expression; the whole expression where that is not known. */
export function placeInPart(part: ExpressionPart, start: number | undefined, end: number | undefined): Place {
  const { at } = part
  if (at.endLine !== at.line || at.endColumn === undefined || start === undefined || end === undefined) return at
  const around = at.endColumn - at.column - part.source.length
  const before = BEFORE_SOURCE.get(around)
  if (before === undefined) return at
  const column = Math.min(at.column + before + start, at.endColumn - 1)
  return {
    file: at.file,
    line: at.line,
    column,
    endLine: at.line,
    endColumn: Math.max(column + 1, at.column + before + end),
  }
}

/** Characters before the source of an expression, by how many stand around it: none, quotes, `${` and `}`. */
const BEFORE_SOURCE = new Map([
  [0, 0],
  [2, 1],
  [3, 2],
])
