/** Holds data against a template's schema (ajv), and puts into words what a schema expects. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TObject } from 'typebox'

/** The parts of a JSON schema that messages speak of. */
export interface SchemaPart {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaPart[]
  readonly properties?: Readonly<Record<string, SchemaPart>>
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>
  readonly additionalProperties?: unknown
  readonly items?: SchemaPart
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly format?: string
  /** A secret may stand here: what is made of it goes to nodes as a secret. */
  readonly secret?: boolean
}

/** Fills in defaults in place and gives every mistake. A schema is compiled once, when it is first used. */
export function checkAgainst(schema: TObject, data: unknown): readonly ErrorObject[] {
  let check = compiled.get(schema)
  if (!check) {
    // A test holds the templates' schemas against the rules of schemas: compiling those rules costs 50 ms at every start.
    // Tidying the generated code costs more than it ever saves.
    ajv ??= new Ajv({
      strict: false,
      allErrors: true,
      useDefaults: true,
      verbose: true,
      meta: false,
      validateSchema: false,
      code: { optimize: false },
    })
    check = ajv.compile(schema)
    compiled.set(schema, check)
  }
  return check(data) ? [] : [...(check.errors ?? [])]
}

let ajv: Ajv | undefined
const compiled = new WeakMap<object, ValidateFunction>()

/** `a whole number from 1 to 65535`, `one of "a", "b"`. */
export function describeSchema(schema: SchemaPart): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return oneOfText(schema.enum.map((one) => JSON.stringify(one)))
  if (schema.anyOf) {
    const constants = schema.anyOf.every((one) => one.const !== undefined)
    const all = [...new Set(schema.anyOf.map(describeSchema))]
    return constants ? oneOfText(all) : all.join(' or ')
  }
  const type = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return type.map((one) => describeType(one, schema)).join(' or ') || 'another value'
}

/** The strings among which a typing mistake may be told. */
export function choicesOf(schema: SchemaPart): string[] {
  const all = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])]
  return [...all.filter((one) => typeof one === 'string'), ...(schema.anyOf ?? []).flatMap(choicesOf)]
}

const oneOfText = (all: readonly string[]): string => (all.length === 1 ? (all[0] ?? '') : `one of ${all.join(', ')}`)

function describeType(type: string, schema: SchemaPart): string {
  switch (type) {
    case 'integer':
      return `a whole number${rangeOf(schema)}`
    case 'number':
      return `a number${rangeOf(schema)}`
    case 'string':
      return `text${formOf(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list${countOf(schema)}`
    case 'object':
      return 'a map'
    case 'null':
      return 'nothing'
    default:
      return type
  }
}

function rangeOf({
  minimum,
  maximum,
  exclusiveMinimum: above,
  exclusiveMaximum: below,
  multipleOf,
}: SchemaPart): string {
  const by = multipleOf === undefined ? '' : ` that is a multiple of ${multipleOf}`
  if (minimum !== undefined && maximum !== undefined) return `${by} from ${minimum} to ${maximum}`
  const least = minimum !== undefined ? ` of at least ${minimum}` : above !== undefined ? ` above ${above}` : ''
  const most = maximum !== undefined ? ` of at most ${maximum}` : below !== undefined ? ` below ${below}` : ''
  return `${by}${[least, most].filter((one) => one !== '').join(' and')}`
}

function formOf({ pattern, format, minLength, maxLength }: SchemaPart): string {
  const length = lengthText(minLength, maxLength, 'character')
  const form =
    pattern !== undefined ? ` that matches ${pattern}` : format !== undefined ? ` in the form of ${format}` : ''
  return `${length}${form}`
}

const countOf = ({ minItems, maxItems }: SchemaPart): string => lengthText(minItems, maxItems, 'entry')

function lengthText(least: number | undefined, most: number | undefined, unit: 'character' | 'entry'): string {
  const of = (count: number): string => `${count} ${count === 1 ? unit : unit === 'entry' ? 'entries' : 'characters'}`
  if (least !== undefined && most !== undefined)
    return least === most ? ` of ${of(least)}` : ` of ${least} to ${of(most)}`
  if (least !== undefined) return ` of at least ${of(least)}`
  return most !== undefined ? ` of at most ${of(most)}` : ''
}
