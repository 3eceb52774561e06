/** Whether a block's services are there, and how many: `$if` and `$each`. */
import type { Address } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Known } from './cel-values.ts'
import type { Entry, Value } from './declaration.ts'
import { mayHoldExpression } from './expression-text.ts'
import {
  type Reader,
  readBareExpression,
  readExpressions,
  resolveExpression,
  type ServiceReading,
} from './expressions.ts'
import { refuseValue } from './read-steer.ts'
import { tryDataOf } from './value.ts'

/** What `$each` and `$if` may know of other services. */
export interface DeclaredData {
  readonly readings: ReadonlyMap<Address, ServiceReading>
  /** Declared with a mistake: what reads them is no mistake of its own. */
  readonly unread: ReadonlySet<Address>
}

/** One of `$each`. */
export interface Item {
  readonly key: number | string
  readonly value: Known
  readonly at: Place
}

/**
 * A number counts from 0; a map goes by its keys; a list of texts or numbers by these, so that names do not move when
 * the list is reordered; any other list by its positions.
 */
export function itemsOf(each: Entry, reader: Reader, declared: DeclaredData | undefined): readonly Item[] | 'waits' {
  const value = settle(each, readExpressions(each.value, reader), reader, declared)
  if (value === 'waits') return 'waits'
  if (value === 'refused') return []
  const { at } = value
  if (
    value.type === 'scalar' &&
    typeof value.value === 'number' &&
    Number.isInteger(value.value) &&
    value.value >= 0 &&
    value.value <= EACH_MAX
  ) {
    return Array.from({ length: value.value }, (_, i) => ({ key: i, value: i, at }))
  }
  const data = tryDataOf(value)
  if (value.type === 'list' && data !== undefined) {
    return value.items.map((item, i) => {
      const inner = tryDataOf(item) ?? null
      return { key: typeof inner === 'string' || typeof inner === 'number' ? inner : i, value: inner, at: item.at }
    })
  }
  if (value.type === 'map' && data !== undefined) {
    return value.entries.map((entry) => ({ key: entry.key, value: tryDataOf(entry.value) ?? null, at: entry.keyAt }))
  }
  if (data === undefined) {
    reader.problems.push({
      code: 'SET_UNKNOWN',
      message: 'What is inside $each may not read other services.',
      at,
      hint: SET_HINT,
    })
    return []
  }
  refuseValue(each, value, `a number up to ${EACH_MAX}, a list or a map`, reader)
  return []
}

/** What `$if` says. */
export function isThere(entry: Entry, reader: Reader, declared: DeclaredData | undefined): boolean | 'waits' {
  const given = entry.value
  const bare = given.type === 'scalar' && typeof given.value === 'string' && !mayHoldExpression(given.value)
  const read = bare ? readBareExpression(String(given.value), given.at, reader) : readExpressions(given, reader)
  const value = settle(entry, read, reader, declared)
  if (value === 'waits') return 'waits'
  if (value === 'refused') return false
  if (value.type === 'scalar' && typeof value.value === 'boolean') return value.value
  refuseValue(entry, value, 'what is true or false', reader)
  return false
}

/** A value whose references to services are resolved from what blueprints say of them. */
function settle(
  entry: Entry,
  value: Value,
  reader: Reader,
  declared: DeclaredData | undefined,
): Value | 'waits' | 'refused' {
  if (value.type !== 'expression') return value
  if (!declared) return 'waits'
  if (value.refersTo.some(({ address }) => declared.unread.has(address))) return 'refused'
  const resolved = resolveExpression(value, declared.readings)
  switch (resolved.state) {
    case 'known':
      return resolved.value
    case 'problem':
      reader.problems.push(resolved.problem)
      return 'refused'
    case 'later':
      reader.problems.push({
        code: 'SET_UNKNOWN',
        message: `${entry.key} reads something of ${resolved.waitsFor.join(', ')} that its blueprint does not say.`,
        at: value.at,
        hint: SET_HINT,
      })
      return 'refused'
  }
}

/** Services that one `$each` may make. */
const EACH_MAX = 10_000
const SET_HINT =
  'How many services there are may depend on vars, env and declared data, never on outputs, defaults or facts.'
