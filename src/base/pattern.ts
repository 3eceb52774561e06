/** Regular expressions that take linear time whatever the text: the syntax of RE2, without what needs backtracking. */
import { type Piece, parsePattern } from './pattern-syntax.ts'

export interface Pattern {
  readonly source: string
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean
  /** Whether it matches the text as a whole. */
  testWhole(text: string): boolean
  /** Steps per character of text, at most. */
  readonly size: number
}

/** Why a text is no pattern; `unsafe`: it is a regular expression, but one that needs backtracking. `at`: offset in it. */
export interface PatternFault {
  readonly reason: string
  readonly at: number
  readonly unsafe: boolean
}

/** Reads a pattern. Never throws. */
export function compilePattern(source: string): { readonly pattern: Pattern } | { readonly fault: PatternFault } {
  const parsed = parsePattern(source)
  if ('fault' in parsed) return parsed
  const program: Step[] = []
  if (!emit(parsed.piece, program))
    return { fault: { reason: `it stands for more than ${STEPS_MAX} steps`, at: 0, unsafe: true } }
  program.push({ op: 'match' })
  return {
    pattern: {
      source,
      test: (text) => run(program, text, false),
      testWhole: (text) => run(program, text, true),
      size: program.length,
    },
  }
}

type Step =
  | { op: 'char'; has: (point: number) => boolean }
  | { op: 'split'; to: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; holds: (before: number, after: number) => boolean }
  | { op: 'match' }

/** Steps of one program; a{1000} is 1,000 of them. */
const STEPS_MAX = 2_000

/** Appends the steps of a piece; false when they become too many. */
function emit(piece: Piece, program: Step[]): boolean {
  if (program.length > STEPS_MAX) return false
  switch (piece.type) {
    case 'char':
      program.push({ op: 'char', has: piece.has })
      return true
    case 'assert':
      program.push({ op: 'assert', holds: piece.holds })
      return true
    case 'row':
      return piece.pieces.every((one) => emit(one, program))
    case 'choice':
      return emitChoice(piece.pieces, program)
    case 'repeat':
      return emitRepeat(piece, program)
  }
}

function emitChoice(pieces: readonly Piece[], program: Step[]): boolean {
  const ends: { op: 'jump'; to: number }[] = []
  for (const [i, one] of pieces.entries()) {
    const last = i === pieces.length - 1
    const split = { op: 'split' as const, to: 0 }
    if (!last) program.push(split)
    if (!emit(one, program)) return false
    if (last) break
    const end = { op: 'jump' as const, to: 0 }
    ends.push(end)
    program.push(end)
    split.to = program.length
  }
  for (const end of ends) end.to = program.length
  return true
}

function emitRepeat({ piece, min, max }: Extract<Piece, { type: 'repeat' }>, program: Step[]): boolean {
  for (let i = 0; i < min; i++) if (!emit(piece, program)) return false
  if (max === undefined) {
    const start = program.length
    const split = { op: 'split' as const, to: 0 }
    program.push(split)
    if (!emit(piece, program)) return false
    program.push({ op: 'jump', to: start })
    split.to = program.length
    return true
  }
  const splits: { op: 'split'; to: number }[] = []
  for (let i = min; i < max; i++) {
    const split = { op: 'split' as const, to: 0 }
    splits.push(split)
    program.push(split)
    if (!emit(piece, program)) return false
  }
  for (const split of splits) split.to = program.length
  return program.length <= STEPS_MAX
}

/** Thompson's simulation: all places in the program at once, each entered once per character. */
function run(program: readonly Step[], text: string, whole: boolean): boolean {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0)
  const entered = new Int32Array(program.length).fill(-1)
  let current: number[] = []
  for (let i = 0; i <= points.length; i++) {
    const before = points[i - 1] ?? -1
    const after = points[i] ?? -1
    const next: number[] = []
    const stack = whole && i > 0 ? [] : [0]
    // Those that came over from the character before go first into the closure, like the start.
    stack.push(...current)
    const alive: number[] = []
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (entered[at] === i) continue
      entered[at] = i
      const step = program[at]
      switch (step?.op) {
        case 'match':
          if (!whole || i === points.length) return true
          break
        case 'jump':
          stack.push(step.to)
          break
        case 'split':
          stack.push(at + 1, step.to)
          break
        case 'assert':
          if (step.holds(before, after)) stack.push(at + 1)
          break
        case 'char':
          if (after >= 0) alive.push(at)
          break
        case undefined:
          break
      }
    }
    for (const at of alive) {
      const step = program[at]
      if (step?.op === 'char' && step.has(after)) next.push(at + 1)
    }
    if (next.length === 0 && whole) return false
    current = next
  }
  return false
}
