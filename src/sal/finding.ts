// Reads the answers of look programs that print lines of a key and a value.
import type { Finding } from '../engine/kind.ts'

/** Values by key, in the order of the lines. */
export type Fields = ReadonlyMap<string, readonly string[]>

/** Lines `key value`; the value is everything after the first space. */
export function readFields(answer: string): Fields {
  const fields = new Map<string, string[]>()
  for (const line of answer.split('\n')) {
    const space = line.indexOf(' ')
    const key = space < 0 ? line : line.slice(0, space)
    if (key === '') continue
    const value = space < 0 ? '' : line.slice(space + 1)
    const values = fields.get(key)
    if (values) values.push(value)
    else fields.set(key, [value])
  }
  return fields
}

/** The first value of a key, or undefined. */
export const firstOf = (fields: Fields, key: string): string | undefined => fields.get(key)?.[0]

/** The text behind a base64 value; undefined when there is none. */
export const decoded = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8')

/** An answer that cannot be used: the line `error …` of the program says why, or it makes no sense. */
export function unknownFinding(kind: string, fields: Fields): Finding<never> {
  const said = firstOf(fields, 'error')
  const message = said ? `${kind}: ${said}.` : `${kind}: the node's answer makes no sense.`
  return { state: 'unknown', problem: { code: 'LOOK_FAILED', message } }
}
