/** Values that a field might have instead of the one it has: to see what stems from it. They need not be valid. */
import { isSecret, text } from '../../base/secret.ts'
import type { SchemaPart } from './schema.ts'

type Data = unknown

/** A few of them, the likeliest first; undefined is the absent field. */
export function otherValues(value: Data, schema: SchemaPart | undefined): Data[] {
  return [...fromValue(value), ...fromSchema(value, schema), undefined].slice(0, VALUES_MAX)
}

const VALUES_MAX = 10

function fromValue(value: Data): Data[] {
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'number') return [value + 1, value - 1]
  if (typeof value === 'string') return otherTexts(value)
  if (isSecret(value)) return [text`${value}0`]
  if (Array.isArray(value)) return otherLists(value)
  if (typeof value === 'object' && value !== null) return otherMaps(value)
  return []
}

/** A number in it counted on, so that sizes, ports and addresses stay such; and a letter more. */
function otherTexts(value: string): string[] {
  const counted = value.replace(/\d+/, (digits) => String(Number(digits) + 1))
  return counted === value ? [`${value}0`] : [counted, `${value}0`]
}

function otherLists(value: readonly Data[]): Data[] {
  if (value.length === 0) return []
  const [first, ...rest] = value
  return [...fromValue(first).map((one) => [one, ...rest]), rest]
}

/** Every member at once, so that one round shows all that stems from any. */
function otherMaps(value: object): Data[] {
  const entries = Object.entries(value)
  if (entries.length === 0) return []
  return [Object.fromEntries(entries.map(([key, one]) => [key, fromValue(one)[0] ?? one]))]
}

function fromSchema(value: Data, schema: SchemaPart | undefined): Data[] {
  if (!schema) return []
  const parts = [schema, ...(schema.anyOf ?? [])]
  const named = parts.flatMap((part) => [...(part.const === undefined ? [] : [part.const]), ...(part.enum ?? [])])
  const usual = value === undefined || value === null || emptyOf(value) ? parts.flatMap(sampleOf) : []
  const all = [...named, ...usual, ...(schema.default === undefined ? [] : [schema.default])]
  return all.filter((one) => one !== value)
}

const emptyOf = (value: Data): boolean =>
  typeof value === 'object' && value !== null && !isSecret(value) && Object.keys(value).length === 0

function sampleOf(part: SchemaPart): Data[] {
  switch (part.type) {
    case 'string':
      return ['ays']
    case 'boolean':
      return [true]
    case 'integer':
    case 'number':
      return [part.minimum ?? 1]
    case 'array':
      return part.items ? sampleOf(part.items).map((one) => [one]) : []
    case 'object': {
      const members = Object.entries(part.properties ?? {}).map(([key, one]) => [key, sampleOf(one)[0]] as const)
      return [Object.fromEntries(members.length > 0 ? members : [['ays', 'ays']])]
    }
    default:
      return []
  }
}
