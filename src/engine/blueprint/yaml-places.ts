/** Turns offsets in a text into places: 1-based lines and columns (UTF-16 units, as editors count). */
import type { Place } from '../../base/place.ts'

export interface Places {
  /** The place from `start` to `end` (exclusive). Fast when offsets come roughly in order. */
  at(start: number, end: number): Place
}

export function placesOf(file: string, text: string): Places {
  const starts = lineStarts(text)
  let cursor = 0
  const lineOf = (offset: number): number => {
    if (Math.abs(offset - (starts[cursor] ?? 0)) > 4_000) cursor = search(starts, offset)
    while (cursor > 0 && (starts[cursor] ?? 0) > offset) cursor--
    while (cursor + 1 < starts.length && (starts[cursor + 1] ?? 0) <= offset) cursor++
    return cursor
  }
  return {
    at(start, end) {
      const line = lineOf(start)
      const column = start - (starts[line] ?? 0) + 1
      const endLine = lineOf(Math.max(start, end))
      return {
        file,
        line: line + 1,
        column,
        endLine: endLine + 1,
        endColumn: Math.max(start, end) - (starts[endLine] ?? 0) + 1,
      }
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === LF || (unit === CR && text.charCodeAt(i + 1) !== LF)) starts.push(i + 1)
  }
  return starts
}

/** The last line that starts at or before the offset. */
function search(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

const LF = 10
const CR = 13
