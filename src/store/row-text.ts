/** How values become the text of a row and come back; the last door where a secret would be noticed. */
import { isSecret } from '../base/secret.ts'

/**
 * JSON of plain data. A Secret instance in it is a bug of the caller, who must pass `plain(value)`, which seals it:
 * throws, naming the field, rather than let the store depend on how a class prints itself.
 */
export function textOf(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key: string, inner: unknown) {
    if (isSecret(this[key]))
      throw new Error(`A secret reached the store unsealed, in the field "${key}". Pass plain(value).`)
    return inner
  })
}

/** The value of a text that `textOf` wrote from the same type. */
export const fromText = <T>(text: string): T => JSON.parse(text) as T // written by textOf from a T
