/** Reads the text of a regular expression into pieces; what a linear-time matcher cannot do is refused. */
import { folded, readBrackets, readEscapedSet } from './pattern-class.ts'
import { Cursor, Fault } from './pattern-cursor.ts'
import { isWord, type PointSet } from './pattern-sets.ts'

/** `before` and `after` are code points around a position, -1 at the ends of the text. */
export type Piece =
  | { readonly type: 'char'; readonly has: PointSet }
  | { readonly type: 'assert'; readonly holds: (before: number, after: number) => boolean }
  | { readonly type: 'row' | 'choice'; readonly pieces: readonly Piece[] }
  | { readonly type: 'repeat'; readonly piece: Piece; readonly min: number; readonly max: number | undefined }

type Parsed =
  | { readonly piece: Piece }
  | { readonly fault: { readonly reason: string; readonly at: number; readonly unsafe: boolean } }

/** Never throws. */
export function parsePattern(source: string): Parsed {
  const cursor = new Cursor(source)
  try {
    const piece = new Reader(cursor).choice({ fold: false, lines: false, dotAll: false })
    if (cursor.more()) throw new Fault('there is a ) without a (', cursor.at)
    return { piece }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { fault: { reason: error.message, at: error.at, unsafe: error.unsafe } }
  }
}

/** `i`, `m` and `s`. */
interface Flags {
  readonly fold: boolean
  readonly lines: boolean
  readonly dotAll: boolean
}

const DEPTH_MAX = 100
const REPEATS_MAX = 1_000
const NEWLINE = 10

class Reader {
  readonly #cursor: Cursor
  #depth = 0

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  choice(flags: Flags): Piece {
    if (++this.#depth > DEPTH_MAX)
      throw new Fault(`groups are nested more than ${DEPTH_MAX} deep`, this.#cursor.at, true)
    const pieces: Piece[] = []
    let row: Piece[] = []
    let current = flags
    while (this.#cursor.more() && this.#cursor.peek() !== ')') {
      if (this.#cursor.take('|')) {
        pieces.push({ type: 'row', pieces: row })
        row = []
        continue
      }
      const changed = this.#flagsOnly(current)
      if (changed) current = changed
      else row.push(this.#repeated(this.#atom(current)))
    }
    pieces.push({ type: 'row', pieces: row })
    this.#depth--
    return pieces.length === 1 && pieces[0] ? pieces[0] : { type: 'choice', pieces }
  }

  #atom(flags: Flags): Piece {
    const at = this.#cursor.at
    const char = this.#cursor.next()
    switch (char) {
      case '(': {
        const inner = this.#groupFlags(flags, at)
        const piece = this.choice(inner)
        if (!this.#cursor.take(')')) throw new Fault('a ( is never closed', at)
        return piece
      }
      case '[':
        return { type: 'char', has: readBrackets(this.#cursor, at, flags.fold) }
      case '.':
        return { type: 'char', has: flags.dotAll ? () => true : (point) => point !== NEWLINE }
      case '^':
        return assertion(flags.lines ? (before) => before < 0 || before === NEWLINE : (before) => before < 0)
      case '$':
        return assertion(
          flags.lines ? (_before, after) => after < 0 || after === NEWLINE : (_before, after) => after < 0,
        )
      case '\\':
        return this.#escape(flags, at)
      case '*':
      case '+':
      case '?':
        throw new Fault(`there is nothing that ${char} could repeat`, at)
      default:
        return literal(char, flags)
    }
  }

  /** `(?i)`: for what follows in this group. */
  #flagsOnly(flags: Flags): Flags | undefined {
    const found = this.#cursor.takeMatch(/^\(\?([ims]*)(-[ims]+)?\)/, 12)
    return found && withFlags(flags, found[1] ?? '', found[2] ?? '')
  }

  #groupFlags(flags: Flags, at: number): Flags {
    if (!this.#cursor.take('?')) return flags
    if (this.#cursor.takeMatch(/^(?:[=!]|<[=!])/, 2))
      throw new Fault('looking ahead or behind needs backtracking', at, true)
    if (this.#cursor.takeMatch(/^(?:>|P=|P>|R|\(|&|\d)/, 2))
      throw new Fault('this kind of group needs backtracking', at, true)
    const found = this.#cursor.takeMatch(/^(?:P?<[A-Za-z_]\w*>|([ims]*)(-[ims]+)?:)/, 80)
    if (!found) throw new Fault('(? begins no group that is known', at)
    return withFlags(flags, found[1] ?? '', found[2] ?? '')
  }

  #repeated(first: Piece): Piece {
    let piece = first
    for (let times = 0; ; times++) {
      const at = this.#cursor.at
      const range = this.#range()
      if (!range) return piece
      if (times > 0) throw new Fault('a repetition cannot be repeated; put it in a group', at)
      if (range.min > REPEATS_MAX || (range.max ?? 0) > REPEATS_MAX)
        throw new Fault(`more than ${REPEATS_MAX} repetitions`, at, true)
      if (range.max !== undefined && range.max < range.min)
        throw new Fault('{most,least} stands the wrong way round', at)
      // Lazy or not matters only for what is captured.
      this.#cursor.take('?')
      if (this.#cursor.peek() === '+') throw new Fault('a possessive repetition needs backtracking', at, true)
      piece = { type: 'repeat', piece, ...range }
    }
  }

  #range(): { min: number; max: number | undefined } | undefined {
    if (this.#cursor.take('*')) return { min: 0, max: undefined }
    if (this.#cursor.take('+')) return { min: 1, max: undefined }
    if (this.#cursor.take('?')) return { min: 0, max: 1 }
    const found = this.#cursor.takeMatch(/^\{(\d{1,6})(,(\d{1,6})?)?\}/, 16)
    if (!found) return undefined
    const min = Number(found[1])
    return { min, max: found[2] === undefined ? min : found[3] === undefined ? undefined : Number(found[3]) }
  }

  #escape(flags: Flags, at: number): Piece {
    const char = this.#cursor.next('\\ at the end escapes nothing', at)
    switch (char) {
      case 'b':
        return assertion((before, after) => isWord(before) !== isWord(after))
      case 'B':
        return assertion((before, after) => isWord(before) === isWord(after))
      case 'A':
        return assertion((before) => before < 0)
      case 'z':
      case 'Z':
        return assertion((_before, after) => after < 0)
    }
    if (/[1-9]/.test(char) || char === 'k') throw new Fault('a reference back to a group needs backtracking', at, true)
    const set = readEscapedSet(this.#cursor, char, at)
    return typeof set === 'string' ? literal(set, flags) : { type: 'char', has: folded(set, flags.fold) }
  }
}

const assertion = (holds: (before: number, after: number) => boolean): Piece => ({ type: 'assert', holds })

function literal(char: string, flags: Flags): Piece {
  const only = char.codePointAt(0)
  return { type: 'char', has: folded((point) => point === only, flags.fold) }
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const of = (letter: string, now: boolean): boolean => (off.includes(letter) ? false : on.includes(letter) || now)
  return { fold: of('i', flags.fold), lines: of('m', flags.lines), dotAll: of('s', flags.dotAll) }
}
