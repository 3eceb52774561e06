/** Reads a field of a template's file, `size: { type: integer, default: 2, min: 1 }`, into a schema. */
import Type, { type TObject, type TSchema } from 'typebox'
import type { Json } from '../../base/json.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Value } from '../blueprint/declaration.ts'
import { fieldName, isName } from '../blueprint/names.ts'
import { findEntry, tryDataOf } from '../blueprint/value.ts'
import { fits } from './fits.ts'
import { booleanIn, entriesIn, misfit, numberIn, textIn } from './reading.ts'

/** The fields of a template, or of a map within it. What does not fit is told, and left out. */
export function readFields(what: string, value: Value | undefined, problems: Problem[]): TObject {
  const entries = value ? entriesIn(what, value, undefined, problems) : []
  const properties: Record<string, TSchema> = {}
  for (const entry of entries) {
    if (!isName(entry.key) || fieldName(entry.key) !== entry.key) {
      const hint = isName(entry.key) ? `Write it as ${fieldName(entry.key)}.` : 'Use letters and digits.'
      problems.push({
        code: 'TEMPLATE_INVALID',
        message: `"${entry.key}" cannot be the name of a field.`,
        at: entry.keyAt,
        hint,
      })
      continue
    }
    const schema = readField(entry, problems)
    if (schema) properties[entry.key] = schema
  }
  return Type.Object(properties)
}

function readField({ key, value }: Entry, problems: Problem[]): TSchema | undefined {
  if (value.type === 'scalar') return schemaOf(key, value, [], problems)
  const entries = entriesIn(`The field ${key}`, value, KEYS, problems)
  const schema = schemaOf(key, findEntry(entries, 'type')?.value, entries, problems)
  if (!schema) return undefined
  const fallback = findEntry(entries, 'default')?.value
  const optional = booleanIn(`optional of ${key}`, findEntry(entries, 'optional')?.value, problems)
  if (!fallback) return optional ? Type.Optional(schema) : schema
  // A file of one's own holds no secrets.
  const data = tryDataOf(fallback) as Json
  if (!fits(schema, data)) {
    problems.push({
      code: 'TEMPLATE_INVALID',
      message: `The default of ${key} is not what the field takes.`,
      at: fallback.at,
    })
    return schema
  }
  return { ...schema, default: data }
}

const KEYS = ['type', 'description', 'default', 'optional', 'enum', 'min', 'max', 'of', 'fields']

function schemaOf(
  key: string,
  type: Value | undefined,
  entries: readonly Entry[],
  problems: Problem[],
): TSchema | undefined {
  const find = (name: string): Value | undefined => findEntry(entries, name)?.value
  const word = type ? textIn(`The type of ${key}`, type, problems) : impliedType(entries)
  const kind = word === undefined ? undefined : TYPES.get(word)
  if (type && word !== undefined && !kind) {
    const hint = didYouMean(word, TYPES.keys()) ?? `Known are ${[...TYPES.keys()].join(', ')}.`
    problems.push({
      code: 'TEMPLATE_INVALID',
      message: `The type of ${key} is ${word}, and there is none.`,
      at: type.at,
      hint,
    })
  }
  if (!kind) return undefined
  const description = textIn(`description of ${key}`, find('description'), problems)
  const about: Record<string, string> = description === undefined ? {} : { description }
  const choices = find('enum')
  if (choices) return readEnum(key, choices, about, problems)
  const min = numberIn(`min of ${key}`, find('min'), problems)
  const max = numberIn(`max of ${key}`, find('max'), problems)
  const range = (least: string, most: string): Record<string, string | number> => ({
    ...about,
    ...(min === undefined ? {} : { [least]: min }),
    ...(max === undefined ? {} : { [most]: max }),
  })
  switch (kind) {
    case 'text':
      // What it is given goes on to the fields of its parts, which say whether a secret may stand there.
      return Type.String({ ...range('minLength', 'maxLength'), secret: true })
    case 'integer':
      return Type.Integer(range('minimum', 'maximum'))
    case 'number':
      return Type.Number(range('minimum', 'maximum'))
    case 'boolean':
      return Type.Boolean(about)
    case 'list':
      return Type.Array(readInner(key, findEntry(entries, 'of'), problems), range('minItems', 'maxItems'))
    case 'map': {
      const fields = find('fields')
      if (fields) return { ...readFields(`fields of ${key}`, fields, problems), ...about }
      return Type.Record(Type.String(), readInner(key, findEntry(entries, 'of'), problems), about)
    }
    case 'any':
      return Type.Unknown(about)
  }
}

/** What a list or a map holds: anything where it is not said. */
function readInner(key: string, of: Entry | undefined, problems: Problem[]): TSchema {
  return (of && readField({ ...of, key: `${key}.of` }, problems)) ?? Type.Unknown()
}

function readEnum(key: string, value: Value, about: Record<string, string>, problems: Problem[]): TSchema | undefined {
  const data = tryDataOf(value)
  const words = Array.isArray(data) ? data.filter((one) => typeof one === 'string' || typeof one === 'number') : []
  if (!Array.isArray(data) || words.length === 0 || words.length < data.length)
    return misfit(`enum of ${key}`, 'a list of texts or numbers', value, problems)
  return Type.Union(
    words.map((word) => Type.Literal(word)),
    about,
  )
}

/** Without a type: what the default is, else text. */
function impliedType(entries: readonly Entry[]): string {
  if (findEntry(entries, 'fields')) return 'map'
  if (findEntry(entries, 'of')) return 'list'
  const fallback = findEntry(entries, 'default')?.value
  if (fallback?.type === 'list' || fallback?.type === 'map') return fallback.type
  const data = fallback?.type === 'scalar' ? fallback.value : undefined
  if (typeof data === 'number') return Number.isInteger(data) ? 'integer' : 'number'
  return typeof data === 'boolean' ? 'boolean' : 'text'
}

const TYPES = new Map([
  ['text', 'text'],
  ['string', 'text'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['number', 'number'],
  ['float', 'number'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['list', 'list'],
  ['map', 'map'],
  ['any', 'any'],
] as const) as ReadonlyMap<string, 'text' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'any'>
