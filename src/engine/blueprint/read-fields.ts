/** Sorts the keys of a service into fields, in one spelling each, and steering keys. */
import type { Problem } from '../../base/problem.ts'
import type { Entry } from './declaration.ts'
import { fieldName } from './names.ts'

export interface SortedKeys {
  readonly fields: readonly Entry[]
  /** Keys that start with `$`. */
  readonly steering: readonly Entry[]
}

/** One field given in two spellings: the dotted one wins, then the one with underscores. */
export function sortKeys(entries: readonly Entry[], problems: Problem[]): SortedKeys {
  if (entries.every((entry) => PLAIN.test(entry.key))) return { fields: entries, steering: [] }
  const fields: Entry[] = []
  const given = new Map<string, { index: number; spelling: string }>()
  const steering: Entry[] = []
  for (const entry of entries) {
    if (entry.key.startsWith('$')) {
      steering.push(entry)
      continue
    }
    const name = fieldName(entry.key)
    const field = name === entry.key ? entry : { ...entry, key: name }
    const before = given.get(name)
    if (!before) {
      given.set(name, { index: fields.length, spelling: entry.key })
      fields.push(field)
      continue
    }
    const first = fields[before.index]
    const wins = rankOf(entry.key) < rankOf(before.spelling)
    const [winner, loser] = wins ? [entry.key, before.spelling] : [before.spelling, entry.key]
    problems.push({
      code: 'KEY_SPELLINGS',
      message: `${loser} and ${winner} are one field (${name}); ${winner} is taken.`,
      at: wins && first ? first.keyAt : entry.keyAt,
      also: [{ at: wins || !first ? entry.keyAt : first.keyAt, note: 'this one is taken' }],
      hint: `Remove ${loser}.`,
      severity: 'warning',
    })
    if (!wins) continue
    fields[before.index] = field
    given.set(name, { index: before.index, spelling: entry.key })
  }
  return { fields, steering }
}

const rankOf = (spelling: string): number => (spelling.includes('.') ? 0 : spelling.includes('_') ? 1 : 2)

/** A key in its one spelling already, which most are. */
const PLAIN = /^[^$._][^._]*$/
