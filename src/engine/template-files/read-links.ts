/** Reads the links of a template's file: `parent: node`, `consumes: { store: { to: db, max: 2 } }`. */
import type { Problem } from '../../base/problem.ts'
import type { Value } from '../blueprint/declaration.ts'
import { findEntry } from '../blueprint/value.ts'
import type { Link } from '../template.ts'
import { booleanIn, entriesIn, numberIn, textIn, wordsIn } from './reading.ts'

/** One service at most; needed, unless `optional`. */
export function readParent(value: Value | undefined, problems: Problem[]): Link | undefined {
  return (
    value && readLink('parent', value, { min: 1, max: 1, keys: ['to', 'optional', 'auto', 'description'] }, problems)
  )
}

/** Any number, unless `min` and `max` say otherwise. */
export function readConsumes(value: Value | undefined, problems: Problem[]): Record<string, Link> {
  const entries = value ? entriesIn('consumes', value, undefined, problems) : []
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const options = { min: 0, max: 0, keys: ['to', 'min', 'max', 'auto', 'description'] }
      const link = readLink(entry.key, entry.value, options, problems)
      return link ? [[entry.key, link]] : []
    }),
  )
}

function readLink(
  name: string,
  value: Value,
  { min, max, keys }: { readonly min: number; readonly max: number; readonly keys: readonly string[] },
  problems: Problem[],
): Link | undefined {
  if (value.type !== 'map') {
    const to = wordsIn(name, value, problems)
    return to && { to, min, max, auto: false }
  }
  const entries = entriesIn(name, value, keys, problems)
  const find = (key: string): Value | undefined => findEntry(entries, key)?.value
  const to = wordsIn(`to of ${name}`, find('to'), problems)
  if (!to) {
    if (!find('to'))
      problems.push({
        code: 'TEMPLATE_INVALID',
        message: `The link ${name} does not say to what.`,
        at: value.at,
        hint: 'Add `to: node`, for one.',
      })
    return undefined
  }
  const optional = booleanIn(`optional of ${name}`, find('optional'), problems)
  const description = textIn(`description of ${name}`, find('description'), problems)
  return {
    to,
    min: optional ? 0 : (numberIn(`min of ${name}`, find('min'), problems) ?? min),
    max: numberIn(`max of ${name}`, find('max'), problems) ?? max,
    auto: booleanIn(`auto of ${name}`, find('auto'), problems) ?? false,
    ...(description === undefined ? {} : { description }),
  }
}
