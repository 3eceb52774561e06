/** One line of YAML as far as it can be told by itself: dashes, a key, a comment. */

/** A line: the columns of its dashes, the key behind them, and where a comment begins. */
export interface Shape {
  readonly dashes: readonly number[]
  /** Where the content behind the dashes begins. */
  readonly column: number
  readonly key?: { readonly name: string; readonly from: number; readonly to: number }
  readonly comment?: number
}

export function shapeOf(line: string): Shape {
  const dashes: number[] = []
  let column = /^ */.exec(line)?.[0].length ?? 0
  for (let dash = /^-(?: +|$)/.exec(line.slice(column)); dash; dash = /^-(?: +|$)/.exec(line.slice(column))) {
    dashes.push(column)
    column += dash[0].length
  }
  const comment = line[column] === '#' ? column : commentIn(line, column)
  const found = comment === column ? null : KEY.exec(line.slice(column))
  const written = found?.[1] ?? found?.[2]?.trimEnd()
  if (!found || written === undefined) return { dashes, column, ...(comment === undefined ? {} : { comment }) }
  const quoted = /^(["'])(.*)\1$/.exec(written)
  const from = column + (found[0].indexOf(written) + (quoted ? 1 : 0))
  const name = quoted?.[2] ?? written
  return { dashes, column, key: { name, from, to: from + name.length }, ...(comment === undefined ? {} : { comment }) }
}

/** A key at the beginning of content: quoted or plain, maybe behind an anchor. */
const KEY =
  /^(?:[&!][^\s]+ +)*(?:("(?:[^"\\]|\\.)*"|'[^']*') *|([^\s#:'"[\]{},&*!|>%@`-][^#:]*|[^\s#:'"[\]{},]+(?::[^\s:]+)* *|-[^\s:]+ *)):(?=\s|$)/

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

export const contentEnd = (line: string, shape: Shape): number => shape.comment ?? line.length
