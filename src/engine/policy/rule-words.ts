/** Words that a rule compares with and that no plan ever has: such a rule would pass silently for good. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { risks } from '../plan/risk.ts'

/** A text beside `.action`, `.why`, `.risk` or `.weekday` that is none of their words; offsets in the source. */
export interface UnknownWord {
  readonly word: string
  readonly known: readonly string[]
  readonly start: number
  readonly end: number
}

export function unknownWords(nodes: readonly ASTNode[]): readonly UnknownWord[] {
  return nodes.flatMap((node): readonly UnknownWord[] => {
    if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return []
    const [left, right] = node.args
    const known = wordsOf(left) ?? (node.op === 'in' ? undefined : wordsOf(right))
    if (!known) return []
    return [left, right]
      .flatMap((side) => (side.op === 'list' ? side.args : [side]))
      .flatMap((one) =>
        one.op === 'value' && typeof one.args === 'string' && !known.includes(one.args)
          ? [{ word: one.args, known, start: one.start, end: one.end }]
          : [],
      )
  })
}

/** What a member may be; of `plan.kind` only that of the plan is known by its name. */
function wordsOf(node: ASTNode): readonly string[] | undefined {
  if (node.op !== '.') return undefined
  const [of, name] = node.args
  if (name === 'kind' && of.op === 'id' && of.args === 'plan') return ['apply', 'destroy', 'action']
  return WORDS.get(name)
}

const WORDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['action', ['create', 'update', 'replace', 'remove', 'adopt', 'act', 'unknown', 'none']],
  ['why', ['new', 'change', 'drift', 'both', 'orphan', 'waits', 'lost', 'adopt', 'destroy', 'asked', 'held']],
  ['risk', risks],
  ['weekday', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']],
])
