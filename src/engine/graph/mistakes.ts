/** Tells a person what does not fit in the fields of a service: which field, its value, what was expected, where. */
import type { ErrorObject } from 'ajv'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from '../blueprint/declaration.ts'
import { join, type Loose, placeOf, showData } from './fields.ts'
import { choicesOf, describeSchema, type SchemaPart } from './schema.ts'

interface Who {
  readonly address: string
  readonly legacy?: boolean
}

/** FIELD_UNKNOWN at the key, with the field that may be meant. */
export function unknownField(entry: Entry, path: string, known: readonly string[], who: Who): Problem {
  const list = known.length > 0 ? `It has ${known.join(', ')}.` : 'It has no fields.'
  return {
    code: 'FIELD_UNKNOWN',
    at: entry.keyAt,
    message: `${who.address} has no field ${path}.`,
    hint: didYouMean(entry.key, known) ?? list,
    ...(who.legacy ? { severity: 'warning' as const } : {}),
  }
}

/** Unknown keys of nested maps, unless the schema leaves the map open. */
export function unknownWithin(value: Value, schema: SchemaPart | undefined, path: string, who: Who): Problem[] {
  if (schema === undefined) return []
  if (value.type === 'list')
    return value.items.flatMap((item, i) => unknownWithin(item, schema.items, join(path, i), who))
  const { properties } = schema
  if (value.type !== 'map' || properties === undefined) return []
  const open = schema.patternProperties !== undefined || (schema.additionalProperties ?? false) !== false
  return value.entries.flatMap((entry) => {
    const there = join(path, entry.key)
    if (Object.hasOwn(properties, entry.key)) return unknownWithin(entry.value, properties[entry.key], there, who)
    return open ? [] : [unknownField(entry, there, Object.keys(properties), who)]
  })
}

/** `/users/0/name` of ajv → `users.0.name`. */
export function pathOf(error: ErrorObject): string {
  const parts = error.instancePath.split('/').slice(1)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
}

/** One problem for each place that does not fit. `secrets` are paths whose value must not be judged or shown. */
export function mistakesOf(
  errors: readonly ErrorObject[],
  places: Readonly<Record<string, Place>>,
  secrets: ReadonlySet<string>,
  who: Who,
): Problem[] {
  const problems: Problem[] = []
  const byPath = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    // Unknown keys are told by unknownWithin, with a suggestion; the parts of a union by the union.
    if (error.keyword === 'additionalProperties') continue
    const path = pathOf(error)
    const missing: unknown = error.keyword === 'required' ? error.params.missingProperty : undefined
    if (typeof missing === 'string' && !withinUnion(error))
      problems.push(missingField(join(path, missing), path, places, error, who))
    else byPath.set(path, [...(byPath.get(path) ?? []), error])
  }
  for (const [path, here] of byPath) {
    if (secrets.has(path) && here.some((error) => error.keyword !== 'type' && error.keyword !== 'anyOf')) continue
    const inner = [...byPath.keys()].some((other) => other.startsWith(`${path}.`))
    if (inner && here.every((error) => error.keyword === 'anyOf' || withinUnion(error))) continue
    problems.push(misfit(path, here, places, secrets.has(path), who))
  }
  return problems
}

const withinUnion = (error: ErrorObject): boolean => /\/anyOf\/\d+\//.test(error.schemaPath)

function missingField(
  path: string,
  around: string,
  places: Readonly<Record<string, Place>>,
  error: ErrorObject,
  who: Who,
): Problem {
  const parent = error.parentSchema as SchemaPart | undefined // ajv gives the schema it was compiled from
  const wanted = parent?.properties?.[path.slice(path.lastIndexOf('.') + 1)]
  const expected = wanted ? `: ${describeSchema(wanted)}` : ''
  const at = placeOf(places, around)
  return {
    code: 'FIELD_MISSING',
    at,
    message: `${who.address} needs the field ${path}${expected}.`,
    hint: `Add ${path}.`,
  }
}

function misfit(
  path: string,
  errors: readonly ErrorObject[],
  places: Readonly<Record<string, Place>>,
  secret: boolean,
  who: Who,
): Problem {
  const whole = errors.find((error) => error.keyword === 'anyOf') ?? errors[0]
  const schema = (whole?.parentSchema ?? {}) as SchemaPart // ajv gives the schema it was compiled from
  const data = whole?.data as Loose // it is the copy that was made for ajv
  const shown = secret ? 'a secret text' : showData(data)
  const unique = errors.some((error) => error.keyword === 'uniqueItems') ? ' without repeats' : ''
  const message = `${who.address}: ${path} is ${shown}, but ${describeSchema(schema)}${unique} is expected.`
  const hint = (secret ? undefined : hintFor(data, schema)) ?? purposeOf(schema)
  return { code: 'FIELD_TYPE', at: placeOf(places, path), message, hint }
}

const purposeOf = ({ description }: SchemaPart): string =>
  description ? `What it is for: ${description}` : 'Its template says what it takes: `ays templates show NAME`.'

function hintFor(data: Loose, schema: SchemaPart): string | undefined {
  const near = typeof data === 'string' ? didYouMean(data, choicesOf(schema)) : undefined
  if (near) return near
  if (data === null) return 'Give a value, or leave the field out.'
  const types = [schema, ...(schema.anyOf ?? [])].map((one) => one.type)
  if ((typeof data === 'number' || typeof data === 'boolean') && types.includes('string')) {
    return `Put it in quotes: "${data}".`
  }
  if (
    typeof data === 'string' &&
    (types.includes('integer') || types.includes('number')) &&
    /^-?\d+(\.\d+)?$/.test(data)
  ) {
    return `Leave the quotes out: ${data}.`
  }
  if (types.includes('array') && typeof data !== 'object') return `Write a list: [${String(data)}].`
  return undefined
}
