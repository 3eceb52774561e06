/** Reads the text of a regular expression into pieces; what a linear-time matcher cannot do is refused. */
import { escapedSet, isWord, type PointSet, posixSet, unicodeSet } from './pattern-sets.ts'

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
  const reader = new Reader(source)
  try {
    const piece = reader.choice({ fold: false, lines: false, dotAll: false })
    if (reader.more()) throw new Fault('there is a ) without a (', reader.at)
    return { piece }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { fault: { reason: error.message, at: error.at, unsafe: error.unsafe } }
  }
}

class Fault extends Error {
  readonly at: number
  readonly unsafe: boolean
  constructor(reason: string, at: number, unsafe = false) {
    super(reason)
    this.at = at
    this.unsafe = unsafe
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
  readonly #chars: readonly string[]
  #depth = 0
  at = 0

  constructor(source: string) {
    this.#chars = Array.from(source)
  }

  more(): boolean {
    return this.at < this.#chars.length
  }

  choice(flags: Flags): Piece {
    if (++this.#depth > DEPTH_MAX) throw new Fault(`groups are nested more than ${DEPTH_MAX} deep`, this.at, true)
    const pieces: Piece[] = []
    let row: Piece[] = []
    let current = flags
    while (this.more() && this.#peek() !== ')') {
      if (this.#take('|')) {
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
    const at = this.at
    const char = this.#next()
    switch (char) {
      case '(': {
        const inner = this.#groupFlags(flags, at)
        const piece = this.choice(inner)
        if (!this.#take(')')) throw new Fault('a ( is never closed', at)
        return piece
      }
      case '[':
        return { type: 'char', has: this.#set(flags, at) }
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
    const found = /^\(\?([ims]*)(-[ims]+)?\)/.exec(this.#chars.slice(this.at, this.at + 12).join(''))
    if (!found) return undefined
    this.at += found[0].length
    return withFlags(flags, found[1] ?? '', found[2] ?? '')
  }

  #groupFlags(flags: Flags, at: number): Flags {
    if (!this.#take('?')) return flags
    const head = this.#chars.slice(this.at, this.at + 80).join('')
    if (/^(?:[=!]|<[=!])/.test(head)) throw new Fault('looking ahead or behind needs backtracking', at, true)
    if (/^(?:>|P=|P>|R|\(|&|\d)/.test(head)) throw new Fault('this kind of group needs backtracking', at, true)
    const found = /^(?:P?<[A-Za-z_]\w*>|([ims]*)(-[ims]+)?:)/.exec(head)
    if (!found) throw new Fault('(? begins no group that is known', at)
    this.at += found[0].length
    return withFlags(flags, found[1] ?? '', found[2] ?? '')
  }

  #repeated(first: Piece): Piece {
    let piece = first
    for (let times = 0; ; times++) {
      const at = this.at
      const range = this.#range()
      if (!range) return piece
      if (times > 0) throw new Fault('a repetition cannot be repeated; put it in a group', at)
      if (range.min > REPEATS_MAX || (range.max ?? 0) > REPEATS_MAX)
        throw new Fault(`more than ${REPEATS_MAX} repetitions`, at, true)
      if (range.max !== undefined && range.max < range.min)
        throw new Fault('{most,least} stands the wrong way round', at)
      // Lazy or not matters only for what is captured.
      this.#take('?')
      if (this.#peek() === '+') throw new Fault('a possessive repetition needs backtracking', at, true)
      piece = { type: 'repeat', piece, ...range }
    }
  }

  #range(): { min: number; max: number | undefined } | undefined {
    if (this.#take('*')) return { min: 0, max: undefined }
    if (this.#take('+')) return { min: 1, max: undefined }
    if (this.#take('?')) return { min: 0, max: 1 }
    const found = /^\{(\d{1,6})(,(\d{1,6})?)?\}/.exec(this.#chars.slice(this.at, this.at + 16).join(''))
    if (!found) return undefined
    this.at += found[0].length
    const min = Number(found[1])
    return { min, max: found[2] === undefined ? min : found[3] === undefined ? undefined : Number(found[3]) }
  }

  #escape(flags: Flags, at: number): Piece {
    const char = this.#next('\\ at the end escapes nothing', at)
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
    const set = this.#escapedSet(char, at)
    return typeof set === 'string' ? literal(set, flags) : { type: 'char', has: folded(set, flags) }
  }

  /** A set such as \d, or the one character that is meant. */
  #escapedSet(char: string, at: number): PointSet | string {
    if (char === 'p' || char === 'P') {
      const name = this.#take('{') ? this.#until('}', at) : this.#next('\\p takes a class', at)
      const set = unicodeSet(name.replace(/^\^/, ''))
      if (!set) throw new Fault(`there is no class ${name} of characters`, at)
      return (char === 'P') !== name.startsWith('^') ? (point) => !set(point) : set
    }
    if (char === 'x') {
      const digits = this.#take('{')
        ? this.#until('}', at)
        : this.#next('\\x takes two digits', at) + this.#next('\\x takes two digits', at)
      const point = /^[0-9A-Fa-f]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : 0x11_00_00
      if (point > 0x10_ff_ff) throw new Fault(`\\x${digits} is no character`, at)
      return String.fromCodePoint(point)
    }
    const known = escapedSet(char)
    if (known !== undefined) return known
    if (/[A-Za-z0-9]/.test(char)) throw new Fault(`\\${char} stands for nothing`, at)
    return char
  }

  #set(flags: Flags, at: number): PointSet {
    const negated = this.#take('^')
    const sets: PointSet[] = []
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const here = this.at
      const from = this.#member(at)
      if (typeof from === 'string' && this.#peek() === '-' && this.#chars[this.at + 1] !== ']') {
        this.#next()
        const to = this.#member(at)
        const low = from.codePointAt(0) ?? 0
        const high = typeof to === 'string' ? (to.codePointAt(0) ?? 0) : -1
        if (high < low) throw new Fault('a range in [ ] stands the wrong way round', here)
        sets.push((point) => point >= low && point <= high)
      } else if (typeof from === 'string') {
        const only = from.codePointAt(0)
        sets.push((point) => point === only)
      } else sets.push(from)
    }
    this.#next()
    const any = folded((point) => sets.some((set) => set(point)), flags)
    return negated ? (point) => !any(point) : any
  }

  #member(open: number): PointSet | string {
    const at = this.at
    const char = this.#next('a [ is never closed', open)
    if (char === '\\') {
      const escaped = this.#next('a [ is never closed', open)
      return escaped === 'b' ? '\b' : this.#escapedSet(escaped, at)
    }
    if (char !== '[' || this.#peek() !== ':') return char
    const found = /^:(\^?)([a-z]+):\]/.exec(this.#chars.slice(this.at, this.at + 16).join(''))
    if (!found) return char
    const set = posixSet(found[2] ?? '')
    if (!set) throw new Fault(`there is no class [${found[0]}`, at)
    this.at += found[0].length
    return found[1] ? (point) => !set(point) : set
  }

  #until(end: string, at: number): string {
    let text = ''
    while (this.#peek() !== end) text += this.#next(`a ${end} is missing`, at)
    this.at++
    return text
  }

  #peek(): string | undefined {
    return this.#chars[this.at]
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.at++
    return true
  }

  #next(reason = 'it ends too early', at = this.at): string {
    const char = this.#chars[this.at]
    if (char === undefined) throw new Fault(reason, at)
    this.at++
    return char
  }
}

const assertion = (holds: (before: number, after: number) => boolean): Piece => ({ type: 'assert', holds })

function literal(char: string, flags: Flags): Piece {
  const only = char.codePointAt(0)
  return { type: 'char', has: folded((point) => point === only, flags) }
}

/** Without regard to case where the flags say so. */
function folded(set: PointSet, { fold }: Flags): PointSet {
  if (!fold) return set
  return (point) => {
    const char = String.fromCodePoint(point)
    return set(point) || set(char.toLowerCase().codePointAt(0) ?? -1) || set(char.toUpperCase().codePointAt(0) ?? -1)
  }
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const of = (letter: string, now: boolean): boolean => (off.includes(letter) ? false : on.includes(letter) || now)
  return { fold: of('i', flags.fold), lines: of('m', flags.lines), dotAll: of('s', flags.dotAll) }
}
