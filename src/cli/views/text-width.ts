/** How many cells text takes in a terminal. */

export interface Cell {
  /** What is printed: tabs as spaces, control characters and direction marks made visible. */
  readonly text: string
  readonly width: number
  /** Offset in the line it came from, in UTF-16 units. */
  readonly start: number
}

/** A line as the cells that a terminal shows; nothing in it can move the cursor or change colours. */
export function cellsOf(line: string): Cell[] {
  const cells: Cell[] = []
  let column = 0
  for (const { segment, index } of SEGMENTER.segment(line)) {
    const cell = cellOf(segment, index, column)
    cells.push(cell)
    column += cell.width
  }
  return cells
}

export const widthOf = (line: string): number => cellsOf(line).reduce((sum, cell) => sum + cell.width, 0)

function cellOf(segment: string, start: number, column: number): Cell {
  if (segment === '\t') {
    const width = TAB - (column % TAB)
    return { text: ' '.repeat(width), width, start }
  }
  const visible = segment.replaceAll(CONTROL, (unit) => {
    const code = unit.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd'
  })
  // A character with what combines with it is as wide as its first; emoji that are joined stay one.
  return { text: visible, width: visible === segment ? graphemeWidth(segment) : visible.length, start }
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

const TAB = 4
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const INVISIBLE = /^[\p{M}\p{Cf}]+$/u
/** East Asian wide and full-width blocks (Unicode's EastAsianWidth W and F), and emoji shown as pictures. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}])/u
