/** Moves the text of a block scalar (`|`, `>`) to another indentation without touching what it says. */

/**
 * `head`: `|`, `>-`, `|2+` …; `column` and `indent`: of what holds it, in the old text and the new one. The new text begins with
 * the line break behind the head and has no line break at its end; `breaks` are those that follow it.
 */
export function moveBlock(
  source: string,
  { head, column, indent, step }: { head: string; column: number; indent: number; step: number },
): { readonly text: string; readonly breaks: number } {
  const lines = source.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const digit = /[1-9]/.exec(head)?.[0]
  const first = lines.find((line) => line.trim() !== '')
  const before = digit === undefined ? (/^ */.exec(first ?? '')?.[0].length ?? 0) : column + Number(digit)
  const now = digit === undefined ? indent + step : Math.max(0, indent) + Number(digit)
  const bare = lines.map((line) => (line.trim() === '' && line.length <= before ? '' : line.slice(before)))
  let blank = 0
  // With `+` the empty lines at its end belong to it.
  if (!head.includes('+')) while (bare.at(-1) === '') blank += bare.pop() === '' ? 1 : 0
  if (bare.length === 0) return { text: '', breaks: source.split('\n').length - 1 }
  const text = bare.map((line) => (line === '' ? '' : ' '.repeat(now) + line)).join('\n')
  return { text: `\n${text}`, breaks: blank + (source.endsWith('\n') ? 1 : 0) }
}
