/** The word of a value at a column of a line, within brackets and braces too. */

export interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
  /** Keys and items inside brackets of this line. */
  readonly path: readonly string[]
  readonly slot: 'key' | 'value'
}

/** The word of a value at a column, in brackets too. */
export function wordAt(line: string, from: number, end: number, at: number): Word {
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
