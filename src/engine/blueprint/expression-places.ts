/** Where a part of a text stands in its file. */
import type { Place } from '../../base/place.ts'
import type { ExpressionPart } from './declaration.ts'

/** The place of a part of a scalar: exact where its text stands in the file as it is, else the whole scalar. */
export function placeWithin(at: Place, text: string, start: number, end: number): Place {
  if (at.endLine === undefined || at.endColumn === undefined) return at
  if (at.endLine === at.line) {
    const quotes = at.endColumn - at.column - text.length
    const before = quotes === 0 ? 0 : quotes === 2 ? 1 : undefined
    if (before !== undefined) return onOneLine(at, at.line, at.column + before + start, end - start)
  }
  return withinBlock(at, text, start, end)
}

/** In a literal block (`|`) every line of the text is a line of the file, indented alike. */
function withinBlock(at: Place, text: string, start: number, end: number): Place {
  const body = text.replace(/^\n+/, '')
  const offset = start - (text.length - body.length)
  const lines = body.trimEnd().split('\n')
  const indent = at.column - 1 - (/^ */.exec(body)?.[0].length ?? 0)
  const last = lines.at(-1)?.length ?? 0
  const before = body.slice(0, offset).split('\n')
  const [first = ''] = text.slice(start, end).split('\n')
  const fits = at.line + lines.length - 1 === at.endLine && indent + last + 1 === at.endColumn
  return fits ? onOneLine(at, at.line + before.length - 1, indent + (before.at(-1)?.length ?? 0) + 1, first.length) : at
}

function onOneLine(at: Place, line: number, column: number, length: number): Place {
  return { file: at.file, line, column, endLine: line, endColumn: column + length }
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
