/** From values with places to plain data, and back from plain data to values that stand somewhere. */
import type { Json } from '../../base/json.ts'
import { isLater, type Later, wordsOf } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import { isSecret, type Secret } from '../../base/secret.ts'
import type { Entry, ExpressionValue, Value } from '../blueprint/declaration.ts'

/** Data in which secrets, and what is known later, may stand, before it is frozen into a service. */
export type Loose = null | boolean | number | string | Secret | Later | undefined | Loose[] | { [key: string]: Loose }

/** Data of a value. An expression that waits for other services is undefined and handed to `onExpression`. */
export function dataOf(
  value: Value,
  path = '',
  onExpression: (path: string, value: ExpressionValue) => void = () => {},
): Loose {
  switch (value.type) {
    case 'scalar':
      return value.value
    case 'list':
      return value.items.map((item, i) => dataOf(item, join(path, i), onExpression))
    case 'map':
      return dataOfFields(value.entries, path, onExpression)
    case 'expression':
      onExpression(path, value)
      return undefined
  }
}

export function dataOfFields(
  fields: readonly Entry[],
  path = '',
  onExpression: (path: string, value: ExpressionValue) => void = () => {},
): { [key: string]: Loose } {
  // Without a prototype while it is filled, so that a key such as __proto__ stays data.
  return Object.fromEntries(fields.map(({ key, value }) => [key, dataOf(value, join(path, key), onExpression)]))
}

/** Data as a value that stands at one place: what templates and expressions give. */
export function placedValue(data: unknown, at: Place): Value {
  if (Array.isArray(data)) return { type: 'list', items: data.map((item) => placedValue(item, at)), at }
  if (isSecret(data) || isLater(data)) return { type: 'scalar', value: data, at }
  if (typeof data === 'object' && data !== null) return { type: 'map', entries: entriesOf(data, at), at }
  if (typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean')
    return { type: 'scalar', value: data, at }
  return { type: 'scalar', value: null, at }
}

/** The defined members of an object as entries that stand at one place. */
export function entriesOf(data: object, at: Place): Entry[] {
  return Object.entries(data).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, keyAt: at, value: placedValue(value, at) }],
  )
}

/** Every expression in the fields, however deep. */
export function expressionsIn(fields: readonly Entry[]): readonly ExpressionValue[] {
  const found: ExpressionValue[] = []
  for (const { value } of fields) gather(value, found)
  return found
}

function gather(value: Value, found: ExpressionValue[]): void {
  if (value.type === 'expression') found.push(value)
  else if (value.type === 'list') for (const item of value.items) gather(item, found)
  else if (value.type === 'map') for (const entry of value.entries) gather(entry.value, found)
}

/** Where every value stands: `maxMemory`, `users.0.name`; '' is the service's key. */
export function placesOf(fields: readonly Entry[], at: Place): Record<string, Place> {
  const places: Record<string, Place> = { '': at }
  const visit = (path: string, value: Value): void => {
    places[path] = value.at
    if (value.type === 'list') for (const [i, item] of value.items.entries()) visit(join(path, i), item)
    if (value.type === 'map') for (const entry of value.entries) visit(join(path, entry.key), entry.value)
  }
  for (const entry of fields) visit(entry.key, entry.value)
  return places
}

/** The place of a path, else of the nearest thing around it that stands in a file. */
export function placeOf(places: Readonly<Record<string, Place>>, path: string): Place | undefined {
  for (let around = path; around !== ''; around = around.slice(0, Math.max(0, around.lastIndexOf('.')))) {
    if (Object.hasOwn(places, around)) return places[around]
  }
  return places['']
}

export const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)

/** `storage_engine`, `storage.engine` and `storageEngine` are one key. */
export const canonicalKey = (key: string): string =>
  key.replace(/[._]+(.)/gu, (_whole, letter: string) => letter.toUpperCase())

/** For messages: short, and never what is secret. */
export function showData(data: Loose | Json): string {
  if (isSecret(data)) return String(data)
  if (isLater(data)) return wordsOf(data.sources)
  if (Array.isArray(data)) return 'a list'
  if (data === null) return 'empty'
  if (typeof data === 'object') return 'a map'
  if (data === undefined) return 'absent'
  const text = JSON.stringify(data)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
