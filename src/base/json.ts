import { sha256 } from './secret.ts'

/** Plain data, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

/** JSON with sorted keys: equal data gives equal text. Secrets appear sealed. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** Hex SHA-256 of the canonical JSON. */
export const digestOf = (value: unknown): string => sha256(canonical(value))

/** Equal as data: by canonical JSON, so secrets compare by their keyed digest. */
export const sameData = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

/** Plain data of a value that may hold secrets: what the store keeps and plans show. */
export const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json
