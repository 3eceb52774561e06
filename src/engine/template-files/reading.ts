/** Small steps of reading a template's file: each notes what does not fit, at its place. */
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from '../blueprint/declaration.ts'
import { kindOf } from '../blueprint/value.ts'

/** TEMPLATE_INVALID at a value. */
export function misfit(what: string, expected: string, value: Value, problems: Problem[]): undefined {
  problems.push({ code: 'TEMPLATE_INVALID', message: `${what} takes ${expected}, not ${kindOf(value)}.`, at: value.at })
}

/** The entries of a map with their keys checked; none where it is no map. */
export function entriesIn(
  what: string,
  value: Value,
  known: readonly string[] | undefined,
  problems: Problem[],
): readonly Entry[] {
  if (value.type === 'scalar' && value.value === null) return []
  if (value.type !== 'map') {
    misfit(what, 'a map', value, problems)
    return []
  }
  return value.entries.filter((entry) => {
    if (!known || known.includes(entry.key)) return true
    const hint = didYouMean(entry.key, known) ?? `It has ${known.join(', ')}.`
    problems.push({ code: 'TEMPLATE_INVALID', message: `${what} has no ${entry.key}.`, at: entry.keyAt, hint })
    return false
  })
}

export function textIn(what: string, value: Value | undefined, problems: Problem[]): string | undefined {
  if (!value) return undefined
  if (value.type === 'scalar' && typeof value.value === 'string') return value.value
  return misfit(what, 'text', value, problems)
}

export function booleanIn(what: string, value: Value | undefined, problems: Problem[]): boolean | undefined {
  if (!value) return undefined
  if (value.type === 'scalar' && typeof value.value === 'boolean') return value.value
  return misfit(what, 'true or false', value, problems)
}

export function numberIn(what: string, value: Value | undefined, problems: Problem[]): number | undefined {
  if (!value) return undefined
  if (value.type === 'scalar' && typeof value.value === 'number') return value.value
  return misfit(what, 'a number', value, problems)
}

/** One word or a list of them. */
export function wordsIn(what: string, value: Value | undefined, problems: Problem[]): string[] | undefined {
  if (!value) return undefined
  const items = value.type === 'list' ? value.items : [value]
  const words = items.flatMap((item) =>
    item.type === 'scalar' && typeof item.value === 'string' && item.value !== '' ? [item.value] : [],
  )
  if (words.length === items.length && words.length > 0) return words
  return misfit(what, 'a word, or a list of them', value, problems)
}
