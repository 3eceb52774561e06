/** Small things to do with values that know their places. */
import type { Json } from '../../base/json.ts'
import { isLater, wordsOf } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import { isSecret } from '../../base/secret.ts'
import type { Known } from './cel-values.ts'
import type { Entry, Value } from './declaration.ts'

/** Data as a value; all of it stands at one place. */
export function asValue(data: Known, at: Place): Value {
  if (isSecret(data) || isLater(data) || data === null || typeof data !== 'object')
    return { type: 'scalar', value: data, at }
  // Lists and maps that came out of expressions may hold secrets, which Json does not name.
  if (Array.isArray(data)) return { type: 'list', items: data.map((one: Known) => asValue(one, at)), at }
  return {
    type: 'map',
    entries: Object.entries(data).map(([key, one]) => ({ key, keyAt: at, value: asValue(one ?? null, at) })),
    at,
  }
}

/** The data of a value, secrets at its leaves; undefined when an expression in it is not evaluated yet. */
export function tryDataOf(value: Value): Known | undefined {
  switch (value.type) {
    case 'scalar':
      return value.value
    case 'expression':
      return undefined
    case 'list': {
      const items = value.items.map(tryDataOf)
      // Json does not name the secrets that may stand at leaves.
      return items.includes(undefined) ? undefined : (items as Json)
    }
    case 'map': {
      const entries = value.entries.map((entry) => [entry.key, tryDataOf(entry.value)] as const)
      return entries.some(([, one]) => one === undefined) ? undefined : (Object.fromEntries(entries) as Json)
    }
  }
}

export const findEntry = (entries: readonly Entry[], key: string): Entry | undefined =>
  entries.find((one) => one.key === key)

/** The text of a scalar; undefined for anything else. */
export const tryTextOf = (value: Value | undefined): string | undefined =>
  value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined

/** `text`, `a list` …: what a value is, for messages. */
export function kindOf(value: Value): string {
  switch (value.type) {
    case 'list':
      return 'a list'
    case 'map':
      return 'a map'
    case 'expression':
      return 'an expression'
    case 'scalar':
      return value.value === null
        ? 'nothing'
        : isSecret(value.value)
          ? 'a secret'
          : isLater(value.value)
            ? `what is ${wordsOf(value.value.sources)}`
            : typeof value.value === 'string'
              ? `"${clip(value.value)}"`
              : String(value.value)
  }
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}…` : text)
