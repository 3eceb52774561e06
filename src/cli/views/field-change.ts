/** One field's way from what is to what is wanted; texts of several lines as a unified diff. */
import { structuredPatch } from 'diff'
import type { Json } from '../../base/json.ts'
import { isLaterShape } from '../../base/later.ts'
import { isSealed } from '../../base/secret.ts'
import type { FieldChange } from '../../engine/kind.ts'
import { type Palette, paletteOf } from './paint.ts'
import { octal, oneLine, safeLines } from './plain-text.ts'
import { clip } from './table.ts'

export interface FieldViewOptions {
  readonly palette: Palette
  /** Columns for one line. */
  readonly width: number
  /** Columns that the names of the fields beside it take. */
  readonly nameWidth: number
  /** Lines of a text before the rest is only counted. */
  readonly linesMax: number
}

/** The lines of one change, unindented. */
export function fieldLines(given: FieldChange, options: FieldViewOptions): string[] {
  const { palette } = options
  const change = { ...given, to: laterWords(given.to) }
  const how =
    change.how === 'in place'
      ? ''
      : palette.warn(change.how === 'restart' ? '  (needs a restart)' : '  (needs it to be made anew)')
  const name = nameOf(change).padEnd(options.nameWidth)
  if (isText(change.from) || isText(change.to)) {
    const known = isDigest(change.from) ? undefined : change.from
    return [
      `${palette.faint(textTitle(change) === '' ? name.trimEnd() : name)}${textTitle(change)}${how}`,
      ...diffLines(text(known), text(change.to), options),
    ]
  }
  const room = Math.max(20, options.width - options.nameWidth - 2)
  return [`${palette.faint(name)}${valueWords(change, palette, room)}${how}`]
}

/** The same as lines of a unified diff: each begins with `+`, `-`, `!` or a space; `mark` where it is no text. */
export function changeLines(change: FieldChange, mark: '+' | '!'): string[] {
  const options = { palette: paletteOf(false), width: 160, nameWidth: 0, linesMax: 60 }
  const [head = '', ...text] = fieldLines(change, { ...options, nameWidth: nameOf(change).length + 2 })
  return [`${text.length > 0 ? ' ' : mark}   ${head.trimEnd()}`, ...text.map((line) => line.replace(/^ {2}/, ''))]
}

/** What a field is called; the thing itself has no path. */
export const nameOf = ({ path, from, to }: FieldChange): string =>
  path === '' ? (isText(from) || isText(laterWords(to)) ? 'text' : 'is') : oneLine(path)

/** What is known only after apply, in words; of a text, what of it is known stands around them. */
const laterWords = (value: Json | undefined): Json | undefined =>
  isLaterShape(value) ? (value.later.text ?? `known after apply (${value.later.from.join(', ')})`) : value

function valueWords({ path, from, to }: FieldChange, palette: Palette, room: number): string {
  if (isHidden(from) && isHidden(to)) return `‹secret› ${palette.warn('(changed)')}`
  const show = (value: Json | undefined, columns: number): string => clip(showValue(path, value), columns)
  if (isNothing(from)) return palette.good(show(to, room))
  if (isNothing(to)) return palette.bad(`${show(from, room - 10)} → nothing`)
  const half = Math.floor((room - 3) / 2)
  return `${palette.bad(show(from, half))} → ${palette.good(show(to, half))}`
}

/** A value in a line: text bare where it reads as such, modes in octal, secrets as ‹secret›. */
export function showValue(path: string, value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  if (isHidden(value)) return '‹secret›'
  if (isLaterShape(value)) return String(laterWords(value))
  if (typeof value === 'number' && /(^|\.)mode$/.test(path)) return octal(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string')
    return value === '' || value !== value.trim() ? JSON.stringify(value) : oneLine(shortDigest(value))
  if (isList(value)) return value.length === 0 ? 'none' : value.map((one) => showValue('', one)).join(', ')
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([key, one]) => `${oneLine(key)} ${showValue(key, one)}`)
    .join(', ')
}

/** Sealed, as an object or as the fingerprint that kinds compare texts by. */
const isHidden = (value: Json | undefined): boolean =>
  isSealed(value) || (typeof value === 'string' && /^sealed:[0-9a-f]{64}$/.test(value))
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isNothing = (value: Json | undefined): boolean => value === undefined || value === null
const isText = (value: Json | undefined): value is string => typeof value === 'string' && value.includes('\n')
const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : isNothing(value) ? '' : showValue('', value)

/** A text of which only the digest is known: it is another one, and that is all there is to say. */
const isDigest = (value: Json | undefined): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'sha256'

/** 64 hex digits tell a person nothing that 12 do not. */
const shortDigest = (value: string): string => value.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, 'sha256:$1…')

function textTitle({ from, to }: FieldChange): string {
  const lines = (value: string): string => {
    const n = safeLines(value).length
    return `${n} line${n === 1 ? '' : 's'}`
  }
  if (isNothing(from)) return lines(text(to))
  if (isDigest(from)) return `another text → ${lines(text(to))}`
  if (isNothing(to)) return `${lines(text(from))} → nothing`
  return ''
}

function diffLines(from: string, to: string, { palette, width, linesMax }: FieldViewOptions): string[] {
  const paint = (line: string): string => paintDiff(clip(oneLine(line.replace(/\t/g, '    ')), width - 2), palette)
  const lines =
    from === '' && to.endsWith('\n')
      ? to
          .slice(0, -1)
          .split('\n')
          .map((line) => paint(`+${line}`))
      : structuredPatch('', '', from, to, '', '', { context: 3 }).hunks.flatMap((hunk) => [
          ...(from === '' || to === '' ? [] : [palette.calm(`  @@ line ${hunk.newStart} @@`)]),
          ...hunk.lines.map(paint),
        ])
  const shown = lines.length > linesMax + 2 ? lines.slice(0, linesMax) : lines
  const rest = lines.length - shown.length
  return rest > 0 ? [...shown, palette.faint(`  … ${rest} more lines`)] : shown
}

function paintDiff(line: string, palette: Palette): string {
  if (line.startsWith('+')) return palette.good(`  ${line}`)
  if (line.startsWith('-')) return palette.bad(`  ${line}`)
  return palette.faint(`  ${line}`)
}
