/** Draws a problem for people: what, where, the line with a caret, and what to do next. */
import { Chalk, type ChalkInstance } from 'chalk'
import { type Place, showPlace } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { type Cell, cellsOf, widthOf } from './text-width.ts'

/** The text of a line (1-based) of a file, without its line break; undefined when it is not at hand. */
export type SourceLine = (file: string, line: number) => string | undefined

export interface FrameOptions {
  readonly color: boolean
  /** Columns of the terminal: longer lines are cut around the caret, longer messages wrapped. */
  readonly width: number
}

/** Several lines without a final line break. */
export function drawProblem(problem: Problem, sourceLine: SourceLine, { color, width }: FrameOptions): string {
  const paint = new Chalk({ level: color ? 1 : 0 })
  const warning = problem.severity === 'warning'
  const tone = warning ? paint.yellow : paint.red
  const head = `${tone.bold(warning ? 'warning' : 'error')} ${paint.bold(problem.code)}`
  const lines = [problem.at ? `${head}  ${paint.cyan(showPlace(problem.at))}` : head]
  const room = Math.max(NARROWEST, width)
  lines.push(...wrap(problem.message, room - 2).map((line) => `  ${line}`))
  const gutter = gutterOf(problem)
  if (problem.at) lines.push(...excerpt(problem.at, sourceLine, { gutter, room, paint, tone }))
  for (const { at, note } of problem.also ?? []) {
    lines.push(`  ${paint.cyan(showPlace(at))}  ${plainLine(note)}`)
    lines.push(...excerpt(at, sourceLine, { gutter, room, paint, tone: paint.blue }))
  }
  if (problem.hint) {
    const [first = '', ...rest] = wrap(problem.hint, room - 4)
    lines.push(`  ${paint.green('→')} ${first}`, ...rest.map((line) => `    ${line}`))
  }
  return lines.join('\n')
}

interface Drawing {
  readonly gutter: number
  readonly room: number
  readonly paint: ChalkInstance
  readonly tone: ChalkInstance
}

/** The line and, below it, carets under the place. Nothing when the line is not at hand. */
function excerpt(at: Place, sourceLine: SourceLine, { gutter, room, paint, tone }: Drawing): string[] {
  const line = sourceLine(at.file, at.line)
  if (line === undefined) return []
  const cells = cellsOf(line)
  const from = at.column - 1
  const to =
    at.endLine !== undefined && at.endLine > at.line
      ? line.length
      : Math.max(from + 1, at.endColumn === undefined ? from + 1 : at.endColumn - 1)
  const shown = window(cells, from, room - gutter - 3)
  const before = shown.cells.filter((cell) => cell.start < from)
  const under = shown.cells.filter((cell) => cell.start >= from && cell.start < to)
  const indent = shown.cutLeft + total(before)
  // Behind the end of the line (something is missing there) there is nothing to stand under.
  const carets = '^'.repeat(Math.max(1, total(under)))
  return [
    `${paint.dim(`${String(at.line).padStart(gutter)} │`)} ${shown.text}`,
    `${paint.dim(`${' '.repeat(gutter)} │`)} ${' '.repeat(indent)}${tone(carets)}`,
  ]
}

/** The part of a long line around an offset, with `…` where it was cut. */
function window(
  cells: readonly Cell[],
  from: number,
  room: number,
): { cells: readonly Cell[]; cutLeft: number; text: string } {
  if (total(cells) <= room) return { cells, cutLeft: 0, text: textOf(cells) }
  const target = cells.findIndex((cell) => cell.start >= from)
  const at = target < 0 ? cells.length : target
  let start = 0
  // A third of the room goes to what stands before the caret.
  while (start < at && total(cells.slice(start, at)) > Math.floor(room / 3)) start++
  const cutLeft = start > 0 ? 1 : 0
  let end = start
  let width = cutLeft
  for (const cell of cells.slice(start)) {
    if (width + cell.width > room - 1) break
    width += cell.width
    end++
  }
  const part = cells.slice(start, end)
  return { cells: part, cutLeft, text: `${cutLeft ? '…' : ''}${textOf(part)}${end < cells.length ? '…' : ''}` }
}

/** Words on lines of at most `room` cells; a longer word stands alone. */
function wrap(text: string, room: number): string[] {
  return text.split(/\r\n|\n|\r/).flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of plainLine(paragraph).split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`
      if (line !== '' && widthOf(longer) > room) {
        lines.push(line)
        line = word
      } else line = longer
    }
    return [...lines, line]
  })
}

function gutterOf(problem: Problem): number {
  const numbers = [problem.at, ...(problem.also ?? []).map((one) => one.at)].map((at) => String(at?.line ?? 0).length)
  return Math.max(GUTTER, 2 + Math.max(...numbers))
}

const plainLine = (text: string): string => textOf(cellsOf(text))
const textOf = (cells: readonly Cell[]): string => cells.map((cell) => cell.text).join('')
const total = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0)
/** Columns for line numbers, for up to three digits. */
const GUTTER = 5
const NARROWEST = 40
