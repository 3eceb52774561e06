/** Fields of a declaration → data of a service, held against its template's schema. */
import type { JsonObject } from '../../base/json.ts'
import { isLater, Later, wordsOf } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSecret } from '../../base/secret.ts'
import type { Entry } from '../blueprint/declaration.ts'
import type { AnyTemplate } from '../template.ts'
import { dataOfFields, join, type Loose, placeOf, placesOf } from './fields.ts'
import { fitLater, schemaAt } from './later-fields.ts'
import { mistakesOf, pathOf, unknownField, unknownWithin } from './mistakes.ts'
import { checkAgainst, describeSchema, type SchemaPart } from './schema.ts'

export interface ValidateOptions {
  /** Who it is, for messages. */
  readonly address: string
  /** The key of the service. */
  readonly at: Place
  /** Unknown fields are warnings and are left out. */
  readonly legacy?: boolean
  /** Other keys that may be meant, such as links. */
  readonly linkKeys?: readonly string[]
}

/**
 * Data with defaults, nothing coerced: AYS coerced nothing either. Secrets stay Secret objects. What an expression will
 * give later is absent and not held against the schema yet; of what is known only after apply (Later objects, `laters`
 * by path) only the type is. Data is complete only without problems.
 */
export function validateFields(
  template: AnyTemplate,
  fields: readonly Entry[],
  options: ValidateOptions,
): { readonly data: JsonObject; readonly laters: ReadonlyMap<string, Later>; readonly problems: Problem[] } {
  // A TypeBox schema is JSON Schema; its static type says nothing of the keywords that messages speak of.
  const schema = template.data as SchemaPart
  const problems: Problem[] = []
  const known = fields.filter((entry) => {
    if (schema.properties && Object.hasOwn(schema.properties, entry.key)) return true
    problems.push(
      unknownField(entry, entry.key, [...Object.keys(schema.properties ?? {}), ...(options.linkKeys ?? [])], options),
    )
    return false
  })
  for (const entry of known)
    problems.push(...unknownWithin(entry.value, schema.properties?.[entry.key], entry.key, options))

  const waiting = new Set<string>()
  const data = dataOfFields(known, '', (path) => waiting.add(path))
  const held: Held = { secrets: new Set(), waiting, laters: new Map(), restore: [], schema }
  const checked = standIns(data, '', held)
  const errors = checkAgainst(template.data, checked).filter(
    (error) => !isWaiting(pathOf(error), waiting) && !isWaiting(pathOf(error), held.laters),
  )
  if (errors.length > 0) problems.push(...mistakesOf(errors, placesOf(known, options.at), held.secrets, options))
  if (template.unbuilt === undefined) problems.push(...misplacedSecrets(held, placesOf(known, options.at), options))
  for (const restore of held.restore) restore()
  if (held.laters.size > 0) problems.push(...mistypedLaters(held, placesOf(known, options.at), options))
  // Secret objects are hidden behind JSON's type: JSON shows them sealed, as Service.data says.
  return { data: checked as JsonObject, laters: held.laters, problems }
}

/** A template that does not say so of a field would take it for text, and write it where everybody reads it. */
function misplacedSecrets(
  { secrets, laters, schema }: Held,
  places: Readonly<Record<string, Place>>,
  { address }: ValidateOptions,
): Problem[] {
  const waiting = [...laters].flatMap(([path, later]) => (later.standIns.some(isSecret) ? [path] : []))
  return [...secrets, ...waiting].flatMap((path): Problem[] => {
    const part = schemaAt(schema, path)
    if (!part || part.secret || !mayBeText(part)) return []
    const message = `${address}: ${path} may not be a secret: it would stand where others can read it.`
    const hint = 'Write the secret into a file of mode 0600 with the template `file`, and let what needs it read that.'
    return [{ code: 'SECRET_MISPLACED', at: placeOf(places, path), message, hint }]
  })
}

/** Where text does not fit at all, that is the mistake. */
const mayBeText = (part: SchemaPart): boolean => part.type === 'string' || (part.anyOf?.some(mayBeText) ?? false)

/** Of what is known only later, the type is known already. */
function mistypedLaters(
  { laters, schema }: Held,
  places: Readonly<Record<string, Place>>,
  { address }: ValidateOptions,
): Problem[] {
  return [...laters].flatMap(([path, later]): Problem[] => {
    const part = schemaAt(schema, path)
    if (!part || fitLater(later, part)) return []
    const message = `${address}: ${path} is ${TYPES[later.type]} that is ${wordsOf(later.sources)}, but ${describeSchema(part)} is expected.`
    const hint = 'Read another output, or make of this one what is expected: int(…), string(…).'
    return [{ code: 'FIELD_TYPE', at: placeOf(places, path), message, hint }]
  })
}

const TYPES: Readonly<Record<Later['type'], string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  any: 'a value',
}

interface Held {
  /** Paths at which secrets stand. */
  readonly secrets: Set<string>
  /** Paths of which the value is known later. */
  readonly waiting: ReadonlySet<string>
  /** By path, what is known only after apply. */
  readonly laters: Map<string, Later>
  readonly schema: SchemaPart
  /** Puts the secrets back and takes what waits out. */
  readonly restore: (() => void)[]
}

/** Stands where a secret is, or will be something, while ajv looks: ajv never sees a secret's value. */
const STAND_IN = 'secret'

/** A copy for ajv to fill in and look at. */
function standIns(data: Loose, path: string, held: Held): Loose {
  if (Array.isArray(data)) {
    const copy: Loose[] = []
    data.forEach((item, i) => {
      copy.push(standIn(item, join(path, i), held, (value) => (copy[i] = value ?? null)))
    })
    return copy
  }
  if (typeof data !== 'object' || data === null || isSecret(data) || isLater(data)) return data
  const copy: { [key: string]: Loose } = {}
  for (const [key, value] of Object.entries(data)) {
    const there = join(path, key)
    if (value === undefined && !held.waiting.has(there)) continue
    const set = (to: Loose): void => {
      if (to === undefined) delete copy[key]
      else define(copy, key, to)
    }
    define(copy, key, standIn(value, there, held, set))
  }
  return copy
}

function standIn(value: Loose, path: string, held: Held, set: (value: Loose) => void): Loose {
  if (isLater(value)) {
    const part = schemaAt(held.schema, path)
    const fitted = fitLater(value, part)
    held.laters.set(path, fitted ?? value)
    // What does not fit is told; templates are given what does, all the same.
    held.restore.push(() => set(fitted ?? fitLater(new Later('any', value.sources), part) ?? value))
    return STAND_IN
  }
  if (!isSecret(value) && !held.waiting.has(path)) return standIns(value, path, held)
  if (isSecret(value)) held.secrets.add(path)
  held.restore.push(() => set(value))
  return STAND_IN
}

/** Assignment that takes a key such as __proto__ for data. */
function define(object: { [key: string]: Loose }, key: string, value: Loose): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}

function isWaiting(path: string, waiting: ReadonlySet<string> | ReadonlyMap<string, Later>): boolean {
  if (waiting.size === 0) return false
  return [...waiting.keys()].some((one) => path === one || path.startsWith(`${one}.`))
}
