/** Takes every secret that a command was given out of what it printed. */
import { isSecret, type Text } from '../base/secret.ts'

/** What stands in the place of a secret. */
export const REDACTED = '‹secret›'

const LINE_LENGTH_MIN = 6
const WORD_LENGTH_MIN = 8
const PART_LENGTH_MIN = 4

/** A function that redacts the secrets among these texts, also in base64, their lines, and words that look made up. */
export function redactor(texts: readonly (Text | undefined)[]): (text: string) => string {
  const needles = new Set<string>()
  for (const text of texts) {
    if (!isSecret(text)) continue
    for (const part of partsOf(text.reveal())) {
      needles.add(part)
      needles.add(Buffer.from(part).toString('base64').replace(/=+$/, ''))
    }
  }
  needles.delete('')
  if (needles.size === 0) return (text) => text
  const ordered = [...needles].sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = cutEdges(text, ordered)
    for (const needle of ordered) clean = clean.replaceAll(needle, REDACTED)
    return clean
  }
}

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
