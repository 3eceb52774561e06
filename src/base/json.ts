import { sha256 } from './secret.ts'

/** Plain data, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

/** JSON with sorted keys: equal data gives equal text. Secrets appear sealed. */
export const canonical = (value: unknown): string => textOf(value) ?? 'null'

/** Written out here because JSON.stringify sorts only through a replacer that copies every object: five times the work. */
function textOf(given: unknown): string | undefined {
  const value = hasToJson(given) ? given.toJSON() : given
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`
  const entries: string[] = []
  for (const key of Object.keys(value).sort()) {
    const text = textOf(value[key as keyof typeof value])
    if (text !== undefined) entries.push(`${JSON.stringify(key)}:${text}`)
  }
  return `{${entries.join(',')}}`
}

const hasToJson = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'

/** Hex SHA-256 of the canonical JSON. */
export const digestOf = (value: unknown): string => sha256(canonical(value))

/** Equal as data: by canonical JSON, so secrets compare by their keyed digest. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const [one, other] = [hasToJson(a) ? a.toJSON() : a, hasToJson(b) ? b.toJSON() : b]
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other))
    return canonical(one) === canonical(other)
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, i) => sameData(item, other[i]))
  const keys = shownKeys(one)
  return (
    keys.length === shownKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameData(one[key as never], other[key as never]))
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/** Members that JSON shows. */
const shownKeys = (value: object): string[] =>
  Object.keys(value).filter((key) => isObject(value[key as never]) || textOf(value[key as never]) !== undefined)

/** Plain data of a value that may hold secrets: what the store keeps and plans show. */
export const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json
