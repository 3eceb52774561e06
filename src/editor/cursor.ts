/**
 * Where a cursor stands in a blueprint: the keys around it, and whether it is in a key or a value. Told from the lines and
 * their indentation, so that half-written text, which is no YAML yet, has an answer too.
 */

import { keysAround, startOfLine } from './keys-around.ts'
import { contentEnd, shapeOf } from './line-shape.ts'
import { type Word, wordAt } from './value-word.ts'

/** Offsets in the text; the end is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Cursor {
  /** Keys from the top down to what the cursor is in; `[]` is an item of a list. A key's own place is not part of it. */
  readonly path: readonly string[]
  /** `either`: a word that may become a key or is a value. */
  readonly slot: 'key' | 'value' | 'either'
  /** The key, or the word of the value, without quotes. */
  readonly word: string
  readonly span: Span
  /** Keys that stand beside the cursor's in the same map. */
  readonly siblings: readonly string[]
  /** In `${…}`: what stands between `${` and the cursor, and where the whole expression stands. */
  readonly expression?: { readonly before: string; readonly source: string; readonly start: number }
}

/** undefined in comments. `offset` may be the end of the text. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const start = startOfLine(text, offset)
  const end = text.indexOf('\n', start)
  const line = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '')
  const at = offset - start
  const shape = shapeOf(line)
  if (shape.comment !== undefined && at > shape.comment) return undefined
  const column = line.trim() === '' ? Math.max(at, shape.column) : shape.column
  const around = keysAround(text, start, column, shape.dashes.length > 0 ? (shape.dashes[0] ?? 0) : undefined)
  const path = [...around.path, ...shape.dashes.map(() => '[]')]
  const base = { path, siblings: around.siblings }
  const expression = expressionAt(line, at, start)
  if (!shape.key) {
    const word = wordAt(line, shape.column, contentEnd(line, shape), at)
    const found = place(word, start)
    return withExpression(
      { ...base, path: [...path, ...word.path], slot: word.path.length > 0 ? word.slot : 'either', ...found },
      expression,
    )
  }
  const { name, from, to } = shape.key
  if (at <= to) return { ...base, slot: 'key', word: name, span: { start: start + from, end: start + to } }
  const word = wordAt(line, to + 1, contentEnd(line, shape), at)
  return withExpression(
    { ...base, path: [...path, name, ...word.path], slot: word.slot, ...place(word, start) },
    expression,
  )
}

const withExpression = (cursor: Cursor, expression: Cursor['expression'] | undefined): Cursor =>
  expression ? { ...cursor, expression } : cursor

const place = (word: Word, start: number): Pick<Cursor, 'word' | 'span'> => ({
  word: word.text,
  span: { start: start + word.from, end: start + word.to },
})

function expressionAt(line: string, at: number, lineStart: number): Cursor['expression'] | undefined {
  const open = line.lastIndexOf('${', at - 1)
  if (open < 0 || open + 2 > at || line.charAt(open - 1) === '$') return undefined
  if (/^[^"']*\}/.test(line.slice(open + 2, at).replaceAll(/"[^"]*"|'[^']*'/g, ''))) return undefined
  const close = line.indexOf('}', at)
  return {
    before: line.slice(open + 2, at),
    source: line.slice(open + 2, close < 0 ? line.length : close),
    start: lineStart + open + 2,
  }
}
