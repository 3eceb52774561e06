/** Splits text into what stands literally and what stands in `${…}`. */

export interface TextPart {
  /** CEL between `${` and `}`. */
  readonly source: string
  /** Offsets in the text: of `$`, and behind `}`. */
  readonly start: number
  readonly end: number
}

export interface SplitText {
  readonly parts: readonly (string | TextPart)[]
  /** Offset of a `${` that nothing closes. */
  readonly unclosed?: number
}

export const mayHoldExpression = (text: string): boolean => text.includes('${')

/** `$${` is a literal `${`. Braces and quotes inside an expression are followed, so `${ {"a": "}"} }` is one. */
export function splitText(text: string): SplitText {
  const parts: (string | TextPart)[] = []
  let literal = ''
  let i = 0
  while (i < text.length) {
    if (text.startsWith('$${', i)) {
      literal += '${'
      i += 3
    } else if (text.startsWith('${', i)) {
      const close = closerOf(text, i + 2)
      if (close === undefined) return { parts, unclosed: i }
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push({ source: text.slice(i + 2, close), start: i, end: close + 1 })
      i = close + 1
    } else {
      literal += text[i]
      i++
    }
  }
  if (literal !== '' || parts.length === 0) parts.push(literal)
  return { parts }
}

/** Where the `}` stands that closes an expression whose text begins at `from`. */
function closerOf(text: string, from: number): number | undefined {
  let depth = 0
  let i = from
  while (i < text.length) {
    const char = text[i]
    if (char === '"' || char === "'") {
      const end = endOfString(text, i)
      if (end === undefined) return undefined
      i = end
      continue
    }
    if (char === '{') depth++
    if (char === '}') {
      if (depth === 0) return i
      depth--
    }
    i++
  }
  return undefined
}

/** Behind the quote that closes a CEL string: one or three quotes, raw after an `r`. */
function endOfString(text: string, start: number): number | undefined {
  const quote = text.charAt(start)
  const mark = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  const raw = /(?:^|[^A-Za-z0-9_])(?:[rR][bB]?|[bB][rR])$/.test(text.slice(Math.max(0, start - 3), start))
  let i = start + mark.length
  while (i < text.length) {
    if (!raw && text[i] === '\\') i += 2
    else if (text.startsWith(mark, i)) return i + mark.length
    else i++
  }
  return undefined
}
