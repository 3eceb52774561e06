/** Reads sets of characters in a regular expression: `[a-z]`, `\d`, `\p{L}`. */
import { type Cursor, Fault } from './pattern-cursor.ts'
import { escapedSet, type PointSet, posixSet, unicodeSet } from './pattern-sets.ts'

/** What stands between `[` (gone over) and `]`; `at` is the offset of the bracket. */
export function readBrackets(cursor: Cursor, at: number, fold: boolean): PointSet {
  const negated = cursor.take('^')
  const sets: PointSet[] = []
  for (let first = true; first || cursor.peek() !== ']'; first = false) {
    const here = cursor.at
    const from = readMember(cursor, at)
    if (typeof from === 'string' && cursor.peek() === '-' && cursor.peek(1) !== ']') {
      cursor.next()
      const to = readMember(cursor, at)
      const low = from.codePointAt(0) ?? 0
      const high = typeof to === 'string' ? (to.codePointAt(0) ?? 0) : -1
      if (high < low) throw new Fault('a range in [ ] stands the wrong way round', here)
      sets.push((point) => point >= low && point <= high)
    } else if (typeof from === 'string') {
      const only = from.codePointAt(0)
      sets.push((point) => point === only)
    } else sets.push(from)
  }
  cursor.next()
  const any = folded((point) => sets.some((set) => set(point)), fold)
  return negated ? (point) => !any(point) : any
}

function readMember(cursor: Cursor, open: number): PointSet | string {
  const { at } = cursor
  const char = cursor.next('a [ is never closed', open)
  if (char === '\\') {
    const escaped = cursor.next('a [ is never closed', open)
    return escaped === 'b' ? '\b' : readEscapedSet(cursor, escaped, at)
  }
  const found = char === '[' && cursor.peek() === ':' ? cursor.takeMatch(/^:(\^?)([a-z]+):\]/, 16) : undefined
  if (!found) return char
  const set = posixSet(found[2] ?? '')
  if (!set) throw new Fault(`there is no class [${found[0]}`, at)
  return found[1] ? (point) => !set(point) : set
}

/** What the character behind a backslash stands for: a set such as \d, or the one character that is meant. */
export function readEscapedSet(cursor: Cursor, char: string, at: number): PointSet | string {
  if (char === 'p' || char === 'P') {
    const name = cursor.take('{') ? cursor.until('}', at) : cursor.next('\\p takes a class', at)
    const set = unicodeSet(name.replace(/^\^/, ''))
    if (!set) throw new Fault(`there is no class ${name} of characters`, at)
    return (char === 'P') !== name.startsWith('^') ? (point) => !set(point) : set
  }
  if (char === 'x') {
    const two = '\\x takes two digits'
    const digits = cursor.take('{') ? cursor.until('}', at) : cursor.next(two, at) + cursor.next(two, at)
    const point = /^[0-9A-Fa-f]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : 0x11_00_00
    if (point > 0x10_ff_ff) throw new Fault(`\\x${digits} is no character`, at)
    return String.fromCodePoint(point)
  }
  const known = escapedSet(char)
  if (known !== undefined) return known
  if (/[A-Za-z0-9]/.test(char)) throw new Fault(`\\${char} stands for nothing`, at)
  return char
}

/** Without regard to case where `fold` says so. */
export function folded(set: PointSet, fold: boolean): PointSet {
  if (!fold) return set
  return (point) => {
    const char = String.fromCodePoint(point)
    return set(point) || set(char.toLowerCase().codePointAt(0) ?? -1) || set(char.toUpperCase().codePointAt(0) ?? -1)
  }
}
