/** Fields whose value is known only after apply: whether its type fits, and stand-ins that the field would take. */
import { Later, type LaterType, type StandIn } from '../../base/later.ts'
import { choicesOf, type SchemaPart } from './schema.ts'

/** A Later with stand-ins that the schema takes, as far as it says; undefined when no value of its type fits. */
export function fitLater(later: Later, schema: SchemaPart | undefined): Later | undefined {
  if (!schema) return later
  if (!typeFits(later.type, schema)) return undefined
  const standIns = standInsFor(later, schema)
  return standIns ? new Later(later.type, later.sources, standIns) : later
}

/** The part of a schema that a path such as `users.0.name` is held against. */
export function schemaAt(schema: SchemaPart | undefined, path: string): SchemaPart | undefined {
  let part = schema
  for (const key of path.split('.')) {
    if (!part) return undefined
    const inUnion: SchemaPart | undefined = part.anyOf?.find((one) => one.properties?.[key] ?? one.items)
    const within: SchemaPart = inUnion ?? part
    const [record] = Object.values(within.patternProperties ?? {})
    part =
      within.properties && Object.hasOwn(within.properties, key) ? within.properties[key] : (within.items ?? record)
  }
  return part
}

function typeFits(type: LaterType, schema: SchemaPart): boolean {
  if (type === 'any') return true
  if (schema.anyOf) return schema.anyOf.some((one) => typeFits(type, one))
  if (schema.const !== undefined) return NAMES[type].includes(typeof schema.const)
  if (schema.enum) return schema.enum.some((one) => NAMES[type].includes(typeof one))
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  return types === undefined || types.some((one) => NAMES[type].includes(one))
}

/** What JSON schema, and JavaScript, call a type. A number may turn out to be whole. */
const NAMES: Readonly<Record<Exclude<LaterType, 'any'>, readonly string[]>> = {
  string: ['string'],
  integer: ['integer', 'number'],
  number: ['number', 'integer'],
  boolean: ['boolean'],
  list: ['array'],
  map: ['object'],
}

/** Templates may count on what their schema says: a port is one, a choice is among the choices. */
function standInsFor({ type, standIns }: Later, schema: SchemaPart): readonly [StandIn, StandIn] | undefined {
  const text = type === 'string' || (type === 'any' && typeFits('string', schema))
  if (text) {
    const [first, second = first] = choicesOf(schema)
    if (first !== undefined && second !== undefined) return [first, second]
    return undefined
  }
  const number = schema.anyOf?.find((one) => typeFits('number', one)) ?? schema
  const plain = type === 'any' ? plainType(schema) : type
  switch (plain) {
    case 'integer':
    case 'number': {
      const [a, b] = [...numbersIn(standIns), ...UNLIKELY, ...edgesOf(number)].filter((one) => isWithin(one, number))
      return a === undefined ? undefined : [a, b ?? a]
    }
    case 'boolean':
      return [false, true]
    case 'list':
      return type === 'any' ? [[], []] : undefined
    default:
      return undefined
  }
}

const plainType = (schema: SchemaPart): LaterType | undefined =>
  (['integer', 'number', 'boolean', 'list'] as const).find((type) => typeFits(type, schema))

const numbersIn = (standIns: readonly StandIn[]): number[] => standIns.filter((one) => typeof one === 'number')

/** Hardly any text holds them by chance, in ever smaller ranges. */
const UNLIKELY = [73_100_019, 73_100_027, 61_003, 61_007, 8_123, 8_129, 911, 919, 97, 89]

const edgesOf = ({ minimum = 0, maximum = minimum + 1 }: SchemaPart): number[] => [minimum, maximum]

const isWithin = (value: number, schema: SchemaPart): boolean =>
  value >= (schema.minimum ?? -Infinity) &&
  value <= (schema.maximum ?? Infinity) &&
  value > (schema.exclusiveMinimum ?? -Infinity) &&
  value < (schema.exclusiveMaximum ?? Infinity) &&
  (schema.multipleOf === undefined || value % schema.multipleOf === 0)
