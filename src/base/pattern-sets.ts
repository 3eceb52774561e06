/** Sets of characters that patterns name: `\d`, `[:alpha:]`, `\p{L}`. */

/** Whether a code point belongs; -1 (an end of the text) belongs to none. */
export type PointSet = (point: number) => boolean

const between =
  (...ranges: readonly (readonly [string, string])[]): PointSet =>
  (point) =>
    ranges.some(([from, to]) => point >= (from.codePointAt(0) ?? 0) && point <= (to.codePointAt(0) ?? 0))

const digit = between(['0', '9'])
const lower = between(['a', 'z'])
const upper = between(['A', 'Z'])
const alpha = between(['a', 'z'], ['A', 'Z'])
const alnum = between(['a', 'z'], ['A', 'Z'], ['0', '9'])
const space = between(['\t', '\r'], [' ', ' '])
const not =
  (set: PointSet): PointSet =>
  (point) =>
    point >= 0 && !set(point)

/** Letters, digits and `_`, of ASCII as in RE2. */
export const isWord: PointSet = (point) => alnum(point) || point === 0x5f

const ESCAPED = new Map<string, PointSet | string>([
  ['d', digit],
  ['D', not(digit)],
  ['w', isWord],
  ['W', not(isWord)],
  ['s', space],
  ['S', not(space)],
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\x07'],
  ['0', '\0'],
])

/** What a letter behind a backslash stands for: a set, or one character. */
export const escapedSet = (char: string): PointSet | string | undefined => ESCAPED.get(char)

const POSIX = new Map<string, PointSet>([
  ['alnum', alnum],
  ['alpha', alpha],
  ['ascii', between(['\0', '\x7f'])],
  ['blank', between(['\t', '\t'], [' ', ' '])],
  ['cntrl', between(['\0', '\x1f'], ['\x7f', '\x7f'])],
  ['digit', digit],
  ['graph', between(['!', '~'])],
  ['lower', lower],
  ['print', between([' ', '~'])],
  ['punct', between(['!', '/'], [':', '@'], ['[', '`'], ['{', '~'])],
  ['space', space],
  ['upper', upper],
  ['word', isWord],
  ['xdigit', between(['0', '9'], ['a', 'f'], ['A', 'F'])],
])

/** `[:alpha:]`. */
export const posixSet = (name: string): PointSet | undefined => POSIX.get(name)

/** `\p{L}`, `\p{Greek}`; undefined when Unicode has no such class. */
export function unicodeSet(name: string): PointSet | undefined {
  if (!/^[A-Za-z_=]+$/.test(name)) return undefined
  for (const form of [name, `Script=${name}`]) {
    try {
      // One character at a time: nothing to backtrack over.
      const one = new RegExp(`^\\p{${form}}$`, 'u')
      return (point) => point >= 0 && one.test(String.fromCodePoint(point))
    } catch {
      // Not of this form; perhaps of the next.
    }
  }
  return undefined
}
