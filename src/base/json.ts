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
export const sameData = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

/** Plain data of a value that may hold secrets: what the store keeps and plans show. */
export const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json
