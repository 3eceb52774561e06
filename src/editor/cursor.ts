/**
 * Where a cursor stands in a blueprint: the keys around it, and whether it is in a key or a value. Told from the lines and
 * their indentation, so that half-written text, which is no YAML yet, has an answer too.
 */

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
  const around = ancestors(text, start, column, shape.dashes.length > 0 ? (shape.dashes[0] ?? 0) : undefined)
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

/** A line: the columns of its dashes, the key behind them, and where a comment begins. */
interface Shape {
  readonly dashes: readonly number[]
  /** Where the content behind the dashes begins. */
  readonly column: number
  readonly key?: { readonly name: string; readonly from: number; readonly to: number }
  readonly comment?: number
}

function shapeOf(line: string): Shape {
  const dashes: number[] = []
  let column = /^ */.exec(line)?.[0].length ?? 0
  for (let dash = /^-(?: +|$)/.exec(line.slice(column)); dash; dash = /^-(?: +|$)/.exec(line.slice(column))) {
    dashes.push(column)
    column += dash[0].length
  }
  const comment = line[column] === '#' ? column : commentIn(line, column)
  const found = comment === column ? null : KEY.exec(line.slice(column))
  const written = found?.[1]
  if (!found || written === undefined) return { dashes, column, ...(comment === undefined ? {} : { comment }) }
  const quoted = /^(["'])(.*)\1$/.exec(written)
  const from = column + (found[0].indexOf(written) + (quoted ? 1 : 0))
  const name = quoted?.[2] ?? written
  return { dashes, column, key: { name, from, to: from + name.length }, ...(comment === undefined ? {} : { comment }) }
}

/** A key at the beginning of content: quoted or plain, maybe behind an anchor. */
const KEY =
  /^(?:[&!][^\s]+ +)*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"[\]{},&*!|>%@`-][^#:]*?|[^\s#:'"[\]{},]+(?::[^\s:]+)*?|-[^\s:]+)\s*:(?=\s|$)/

/** Where ` #` begins outside quotes. */
function commentIn(line: string, from: number): number | undefined {
  let quote = ''
  for (let i = from; i < line.length; i++) {
    const char = line.charAt(i)
    if (quote) {
      if (char === '\\' && quote === '"') i++
      else if (char === quote) quote = ''
    } else if ((char === '"' || char === "'") && /[\s[{,:]/.test(line.charAt(i - 1) || ' ')) quote = char
    else if (char === '#' && /\s/.test(line.charAt(i - 1))) return i
  }
  return undefined
}

const contentEnd = (line: string, shape: Shape): number => shape.comment ?? line.length

/** The keys above a line, by indentation. `dash`: the column of the line's own first dash. */
function ancestors(
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
const startOfLine = (text: string, offset: number): number =>
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

interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
  /** Keys and items inside brackets of this line. */
  readonly path: readonly string[]
  readonly slot: 'key' | 'value'
}

/** The word of a value at a column, in brackets too. */
function wordAt(line: string, from: number, end: number, at: number): Word {
  const open: { kind: '[' | '{'; key?: string }[] = []
  let wordFrom = from
  let quote = ''
  for (let i = from; i < Math.min(at, end); i++) {
    const char = line.charAt(i)
    if (quote) {
      if (char === '\\' && quote === '"') i++
      else if (char === quote) quote = ''
      continue
    }
    const inside = open.at(-1)
    if ((char === '"' || char === "'") && line.slice(wordFrom, i).trim() === '') quote = char
    else if ((char === '[' || char === '{') && line.slice(wordFrom, i).trim() === '') {
      open.push({ kind: char })
      wordFrom = i + 1
    } else if (inside && (char === ']' || char === '}')) {
      open.pop()
      wordFrom = i + 1
    } else if (inside && char === ',') {
      delete inside.key
      wordFrom = i + 1
    } else if (inside?.kind === '{' && char === ':' && inside.key === undefined) {
      inside.key = unquoted(line.slice(wordFrom, i).trim())
      wordFrom = i + 1
    }
  }
  const stops = open.length > 0 ? (open.at(-1)?.kind === '{' ? /[,}:]/ : /[,\]]/) : undefined
  let wordTo = Math.min(Math.max(at, wordFrom), end)
  while (wordTo < end && !(quote === '' && stops?.test(line.charAt(wordTo)))) {
    if (quote && line.charAt(wordTo) === quote) quote = ''
    wordTo++
  }
  const raw = line.slice(wordFrom, wordTo)
  const lead = raw.length - raw.trimStart().length
  const trimmed = raw.trim()
  const opens = /^["']/.test(trimmed) ? 1 : 0
  const bare = unquoted(trimmed)
  const start = Math.min(wordFrom + lead + opens, Math.max(at, wordFrom))
  const slot = open.at(-1)?.kind === '{' && open.at(-1)?.key === undefined ? 'key' : 'value'
  const path = open.flatMap(({ kind, key }) => (kind === '[' ? ['[]'] : key === undefined ? [] : [key]))
  return { text: bare, from: start, to: Math.max(start, wordFrom + lead + opens + bare.length), path, slot }
}

const unquoted = (text: string): string => text.replace(/^(["'])(.*?)\1?$/s, '$2')

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
