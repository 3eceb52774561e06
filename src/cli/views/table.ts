/** Aligned columns for people: no borders, two spaces between, the last column runs free. */
import { cellsOf, widthOf } from './text-width.ts'

export interface Cell {
  readonly text: string
  /** Colours the text without changing its width. */
  readonly paint?: (text: string) => string
}

/** Lines of a table; `head` is written in capitals' place as given. Cells may hold no line breaks. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  paintHead: (text: string) => string = (text) => text,
): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  const widths = head.map((title, i) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i]?.text ?? ''))))
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, i) => {
        const fill = i === row.length - 1 ? '' : ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell.text)))
        return (cell.paint ? cell.paint(cell.text) : cell.text) + fill
      })
      .join('  ')
      .trimEnd()
  return [line(head.map((text) => ({ text, paint: paintHead }))), ...cells.map(line)].join('\n')
}

/** The text, or its beginning and an ellipsis, in at most `width` columns. */
export function clip(text: string, width: number): string {
  if (text.length <= width && isAscii(text)) return text
  // Taking a long text apart is dear, and its end is not shown.
  const near = text.slice(0, 64 * width)
  const cells = cellsOf(near)
  if (near === text && cells.reduce((sum, cell) => sum + cell.width, 0) <= width) return text
  let kept = ''
  let room = width - 1
  for (const cell of cells) {
    room -= cell.width
    if (room < 0) break
    kept += cell.text
  }
  return `${kept}…`
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)
