/** The keys around a line, told by indentation alone. */
import { shapeOf } from './line-shape.ts'

/**
 * The keys that a line stands under, from the top down (`[]` for items of lists), and those beside it in its map.
 * `dash`: the column of the line's own first dash.
 */
export function keysAround(
  text: string,
  lineStart: number,
  column: number,
  dash: number | undefined,
): { path: string[]; siblings: string[] } {
  const path: string[] = []
  const siblings: string[] = []
  // A list may stand as far in as its key.
  let limit = dash ?? column
  let mayEqual = dash !== undefined
  for (const line of linesAbove(text, lineStart)) {
    if (limit === 0 && !mayEqual) break
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) break
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const shape = shapeOf(line)
    if (shape.key && shape.column === column && path.length === 0 && dash === undefined) siblings.push(shape.key.name)
    if (shape.key && (shape.column < limit || (mayEqual && shape.column === limit && shape.dashes.length === 0))) {
      path.unshift(shape.key.name)
      limit = shape.column
      mayEqual = false
    }
    for (const at of [...shape.dashes].reverse()) {
      if (at >= limit) continue
      path.unshift('[]')
      limit = at
      mayEqual = true
    }
  }
  if (dash === undefined && column > 0) siblings.push(...keysBelow(text, lineStart, column))
  return { path, siblings }
}

/** Of the line in which an offset stands. (`lastIndexOf` takes a negative place for 0.) */
export const startOfLine = (text: string, offset: number): number =>
  offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1

function* linesAbove(text: string, from: number): Generator<string> {
  let end = from - 1
  while (end >= 0) {
    const start = startOfLine(text, end)
    yield text.slice(start, end).replace(/\r$/, '')
    end = start - 1
  }
}

function keysBelow(text: string, lineStart: number, column: number): string[] {
  const keys: string[] = []
  let start = text.indexOf('\n', lineStart) + 1
  while (start > 0 && start < text.length) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '')
    if (!/^\s*(?:#.*)?$/.test(line)) {
      const shape = shapeOf(line)
      if ((shape.dashes[0] ?? shape.column) < column) break
      if (shape.key && shape.column === column) keys.push(shape.key.name)
    }
    start = end < 0 ? 0 : end + 1
  }
  return keys
}
