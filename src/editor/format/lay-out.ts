/** Lays atoms out again: two spaces for each level, lists further in than their key, one space where one is enough. */
import type { Atom } from './atoms.ts'

/** The text; ends with one line break unless it is empty. */
export function layOut(atoms: readonly Atom[]): string {
  const lines: string[] = []
  const next = followers(atoms)
  let content: Atom | undefined
  let line = ''
  atoms.forEach((atom, i) => {
    const before = atoms[i - 1]
    if (before && (atom.breaks === 0 || isFirstOfItem(before, atom))) line += between(line, before, atom)
    else {
      if (before) lines.push(line.trimEnd())
      if (before && atom.breaks > 1 && !(before.type === 'colon' && atom.indent > before.indent)) lines.push('')
      line = ' '.repeat(indentOf(atom, content, next[i]))
    }
    line += atom.text
    if (atom.type !== 'comment') content = atom
    const end = line.lastIndexOf('\n')
    if (end < 0) return
    // What stands inside a scalar is kept to the letter, trailing blanks too.
    lines.push(line.slice(0, end))
    line = line.slice(end + 1)
  })
  if (atoms.length > 0) lines.push(atoms.at(-1)?.type === 'scalar' ? line : line.trimEnd())
  return atoms.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** What a list holds stands beside its dash. */
const isFirstOfItem = (before: Atom, atom: Atom): boolean =>
  before.text === '-' && before.type === 'dash' && atom.type !== 'comment' && atom.indent > before.indent

/** White space between two atoms of one line. */
function between(line: string, before: Atom, atom: Atom): string {
  if (atom.text.startsWith('\n')) return ''
  if (atom.type === 'comment') return ' '.repeat(Math.max(1, atom.gap > 1 ? atom.column - widthOf(line) : 1))
  if (atom.type === 'comma')
    return before.type === 'alias' || before.type === 'property' ? ' '.repeat(Math.min(1, atom.gap)) : ''
  if (atom.type === 'colon')
    return before.type === 'scalar' || before.type === 'close' ? '' : ' '.repeat(Math.min(1, atom.gap))
  if (atom.type === 'close') return before.type === 'open' || atom.text === ']' ? '' : ' '
  if (before.type === 'open') return before.text === '[' ? '' : ' '
  return ' '
}

const widthOf = (line: string): number => line.length - line.lastIndexOf('\n') - 1

/** A comment on a line of its own goes with what follows, or stays in the block that it ends. */
function indentOf(atom: Atom, before: Atom | undefined, next: Atom | undefined): number {
  if (atom.type !== 'comment') return Math.max(0, atom.indent)
  const { column: nextColumn, indent: nextIndent } = next && next.type !== 'marker' ? next : { column: 0, indent: 0 }
  if (atom.column <= nextColumn) return Math.max(0, nextIndent)
  const block = before?.levels.findLast((level) => level.column <= atom.column)
  return Math.max(0, nextIndent, block?.indent ?? 0)
}

/** For each atom the nearest one behind it that is no comment. */
function followers(atoms: readonly Atom[]): (Atom | undefined)[] {
  const found: (Atom | undefined)[] = []
  let next: Atom | undefined
  for (let i = atoms.length - 1; i >= 0; i--) {
    found[i] = next
    if (atoms[i]?.type !== 'comment') next = atoms[i]
  }
  return found
}
