/** Takes every secret that a command was given out of what it printed. */
import { isSecret, KNOWN_LENGTH_MIN, type Text } from '../base/secret.ts'

/** What stands in the place of a secret. */
export const REDACTED = '‹secret›'

const LINE_LENGTH_MIN = KNOWN_LENGTH_MIN
const WORD_LENGTH_MIN = 8
const PART_LENGTH_MIN = 4

/**
 * A function that redacts the secrets among these texts and all those in `known`, which a command may have read from where
 * they were put before: as they are, in the forms in which programs show them, line by line, and words that look made up.
 */
export function redactor(
  texts: readonly (Text | undefined)[],
  known: ReadonlySet<string> = NOTHING,
): (text: string) => string {
  const own = texts.flatMap((text) => (isSecret(text) ? [text.reveal()] : []))
  if (own.length === 0 && known.size === 0) return (text) => text
  let needles: readonly string[] | undefined
  return (text) => {
    if (text === '') return text
    needles ??= needlesOf(own, known)
    return blackened(cutEdges(text, needles), needles)
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** White space does not count: programs break what they print into lines and groups. */
function blackened(text: string, needles: readonly string[]): string {
  const places: number[] = []
  for (const found of text.matchAll(/\S/g)) places.push(found.index)
  const flat = flatten(text)
  const ranges: { from: number; to: number }[] = []
  for (const needle of needles.map(flatten)) {
    if (needle === '') continue
    for (let at = flat.indexOf(needle); at >= 0; at = flat.indexOf(needle, at + 1)) {
      const last = places[at + needle.length - 1] ?? text.length
      ranges.push({ from: places[at] ?? 0, to: last + 1 })
    }
  }
  if (ranges.length === 0) return text
  ranges.sort((a, b) => a.from - b.from)
  let clean = ''
  let end = 0
  for (const { from, to } of ranges) {
    if (from >= end) clean += text.slice(end, from) + REDACTED
    end = Math.max(end, to)
  }
  return clean + text.slice(end)
}

const flatten = (text: string): string => text.replaceAll(/\s/g, '')

/** The longest first. */
function needlesOf(own: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const there = own.length === 0 ? needlesOfKnown.get(known) : undefined
  if (there?.of === known.size) return there.needles
  const found = new Set(
    [...own.flatMap((value) => partsOf(value)), ...[...known].flatMap((value) => wholesOf(value))].flatMap(formsOf),
  )
  found.delete('')
  const needles = [...found].sort((a, b) => b.length - a.length)
  if (own.length === 0) needlesOfKnown.set(known, { of: known.size, needles })
  return needles
}

/** Values are only ever added. */
const needlesOfKnown = new WeakMap<ReadonlySet<string>, { readonly of: number; readonly needles: readonly string[] }>()

/** As it is, and as programs write it: in base64 wherever it begins, hexadecimal, in URLs, in quotes. */
function formsOf(part: string): string[] {
  const bytes = Buffer.from(part)
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const sure = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    const shown = before === 0 ? [text, sure] : [sure]
    return shown.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')])
  })
  const forms = [
    ...inBase64,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(bytes.toString('utf8')),
    JSON.stringify(part).slice(1, -1),
    part.replaceAll("'", "'\\''"),
  ]
  return [part, ...forms.filter((form) => form.length >= LINE_LENGTH_MIN)]
}

/** Of a value that other commands were given: itself and its lines. Its words may be anybody's. */
const wholesOf = (secret: string): string[] => [
  secret,
  secret.trim(),
  ...secret
    .split('\n')
    .filter((line) => line.trim().length >= WORD_LENGTH_MIN && !FIXED.test(line.trim()))
    .map((line) => line.trim()),
]

/** The first and last line of keys tell nothing. */
const FIXED = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/

function partsOf(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim())
  const found = secret.split(/[\s"'=:,;]+/).filter((word) => /\d/.test(word) && /[a-z]/i.test(word))
  return [
    secret,
    secret.trim(),
    ...lines.filter((line) => line.length >= LINE_LENGTH_MIN),
    ...found.filter((word) => word.length >= WORD_LENGTH_MIN),
  ]
}

/** Where output was left out, half a secret may stand before or after the gap. */
function cutEdges(text: string, needles: readonly string[]): string {
  const pieces = text.split(LEFT_OUT)
  if (pieces.length === 1) return text
  return pieces
    .map((piece, i) => {
      let clean = piece
      for (const needle of needles) {
        if (i < pieces.length - 1) clean = cutEnd(clean, needle)
        if (i > 0) clean = cutStart(clean, needle)
      }
      return clean
    })
    .join(LEFT_OUT)
}

/** Stands between the first and the last part of output that was too much. */
export const LEFT_OUT = '\n… (left out) …\n'

function cutEnd(text: string, needle: string): string {
  for (let size = needle.length - 1; size >= PART_LENGTH_MIN; size--) {
    if (text.endsWith(needle.slice(0, size))) return text.slice(0, -size) + REDACTED
  }
  return text
}

function cutStart(text: string, needle: string): string {
  for (let size = needle.length - 1; size >= PART_LENGTH_MIN; size--) {
    if (text.startsWith(needle.slice(-size))) return REDACTED + text.slice(size)
  }
  return text
}
