/** Whether a default fits its field: by looking, since compiling a schema for each default of each template would take seconds. */
import type { TSchema } from 'typebox'
import type { Json, JsonObject } from '../../base/json.ts'
import type { SchemaPart } from '../graph/schema.ts'

/** For the schemas that template files make; others are taken to fit. */
export function fits(schema: TSchema, data: Json): boolean {
  return fitsPart(schema as SchemaPart, data) // a TypeBox schema is JSON Schema
}

function fitsPart(schema: SchemaPart, data: Json): boolean {
  if (schema.const !== undefined) return schema.const === data
  if (schema.anyOf) return schema.anyOf.some((one) => fitsPart(one, data))
  switch (schema.type) {
    case 'string':
      return typeof data === 'string' && isWithin(data.length, schema.minLength, schema.maxLength)
    case 'integer':
      return Number.isInteger(data) && isWithin(Number(data), schema.minimum, schema.maximum)
    case 'number':
      return typeof data === 'number' && isWithin(data, schema.minimum, schema.maximum)
    case 'boolean':
      return typeof data === 'boolean'
    case 'array':
      return (
        Array.isArray(data) &&
        isWithin(data.length, schema.minItems, schema.maxItems) &&
        data.every((item: Json) => !schema.items || fitsPart(schema.items, item))
      )
    case 'object':
      return typeof data === 'object' && data !== null && !Array.isArray(data) && fitsObject(schema, data as JsonObject)
    default:
      return true
  }
}

function fitsObject({ properties = {}, patternProperties, required = [] }: SchemaPart, data: JsonObject): boolean {
  // Records have one pattern, which every key matches.
  const [any] = Object.values(patternProperties ?? {})
  return (
    required.every((key) => Object.hasOwn(data, key) || properties[key]?.default !== undefined) &&
    Object.entries(data).every(([key, value]) => {
      const part = Object.hasOwn(properties, key) ? properties[key] : any
      return !part || fitsPart(part, value ?? null)
    })
  )
}

const isWithin = (size: number, least = -Infinity, most = Infinity): boolean => size >= least && size <= most
