/** Finds all syntax mistakes of a text that is not YAML, with their places. */
import { parseAllDocuments } from 'yaml'
import type { Problem } from '../../base/problem.ts'
import { quotedLine } from './quoting.ts'
import type { Places } from './yaml-places.ts'

/** At least one problem: what stopped the first reader, when the recovering one finds nothing. */
export function findSyntaxMistakes(
  text: string,
  places: Places,
  stopped: { readonly reason: string; readonly offset: number },
): Problem[] {
  const problems: Problem[] = []
  const lines = new Set<number>()
  for (const mistake of recover(text)) {
    const at = places.at(mistake.start, mistake.end)
    // One slip often causes several complaints on its line; the first is about the slip.
    if (lines.has(at.line) || problems.length >= MISTAKES_MAX) continue
    lines.add(at.line)
    const hint = hintFor(mistake.code, lineAt(text, mistake.start))
    problems.push({
      code: mistake.tag ? 'YAML_TAG' : 'YAML_SYNTAX',
      message: sentence(MESSAGES.get(mistake.code) ?? mistake.message),
      at,
      ...(hint ? { hint } : {}),
    })
  }
  if (problems.some((problem) => problem.code === 'YAML_SYNTAX')) return problems
  const hint = hintFor('', lineAt(text, stopped.offset))
  problems.push({
    code: 'YAML_SYNTAX',
    message: sentence(stopped.reason),
    at: places.at(stopped.offset, Math.min(text.length, stopped.offset + 1)),
    ...(hint ? { hint } : {}),
  })
  return problems
}

interface Mistake {
  readonly code: string
  readonly message: string
  readonly start: number
  readonly end: number
  readonly tag: boolean
}

function recover(text: string): Mistake[] {
  try {
    const documents = parseAllDocuments(text, {
      uniqueKeys: false,
      version: '1.1',
      prettyErrors: false,
      logLevel: 'silent',
      strict: true,
    })
    return [...documents].flatMap((document) => [
      ...document.errors.map((error) => mistakeOf(error, false)),
      ...document.warnings.filter((one) => one.code === 'TAG_RESOLVE_FAILED').map((one) => mistakeOf(one, true)),
    ])
  } catch {
    return [] // nested too deeply for it: what stopped the first reader is reported
  }
}

function mistakeOf(error: { code: string; message: string; pos: [number, number] }, tag: boolean): Mistake {
  return { code: error.code, message: error.message, start: error.pos[0], end: error.pos[1], tag }
}

function hintFor(code: string, line: string): string | undefined {
  if (line.includes('${')) {
    const quoted = quotedLine(line)
    return `Put quotes around a value that holds an expression${quoted ? `: ${quoted}` : '.'}`
  }
  return HINTS.get(code)
}

function lineAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
  return /^[^\r\n]*/.exec(text.slice(start, start + 1_000))?.[0] ?? ''
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`
}

/** Mistakes shown per file: after this many, more are noise. */
const MISTAKES_MAX = 20
const MESSAGES = new Map([
  ['TAB_AS_INDENT', 'Tabs may not indent YAML.'],
  ['BLOCK_AS_IMPLICIT_KEY', 'There is a second ": " on this line, and YAML reads it as a map inside a value.'],
  ['BAD_ALIAS', 'This alias has no name, or names no anchor.'],
])
const HINTS = new Map([
  ['TAB_AS_INDENT', 'Use spaces.'],
  ['BLOCK_AS_IMPLICIT_KEY', 'Put quotes around a value that has ": " in it.'],
  ['MISSING_CHAR', 'Close the quote or bracket, or put quotes around a value that begins with one.'],
  ['BAD_INDENT', 'Keys of one map must begin in the same column.'],
])
