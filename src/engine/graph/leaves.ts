/** Parts of data by their path: what differs between two wants, and one with parts of another. */
import { sameData } from '../../base/json.ts'
import { isSecret } from '../../base/secret.ts'

/** The keys that lead to a part; a list is one part, a whole. Empty: all of it. */
export type Leaf = readonly string[]

/** The smallest parts in which they differ. */
export function leavesBetween(one: unknown, other: unknown): Leaf[] {
  if (sameData(one, other)) return []
  if (!isMap(one) || !isMap(other)) return [[]]
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].flatMap((key) => leavesBetween(one[key], other[key]).map((leaf) => [key, ...leaf]))
}

/** The part at a leaf; undefined when there is none. */
export function partAt(data: unknown, [key, ...rest]: Leaf): unknown {
  if (key === undefined) return data
  return isMap(data) ? partAt(data[key], rest) : undefined
}

/** A copy in which these parts are those of `from`; what `from` does not have is left out. */
export function withParts(data: unknown, from: unknown, leaves: readonly Leaf[]): unknown {
  return leaves.reduce((copy, leaf) => withPart(copy, leaf, partAt(from, leaf)), data)
}

function withPart(data: unknown, [key, ...rest]: Leaf, part: unknown): unknown {
  if (key === undefined) return part
  if (!isMap(data)) return data
  const { [key]: old, ...others } = data
  const now = withPart(old, rest, part)
  return now === undefined ? others : { ...others, [key]: now }
}

const isMap = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isSecret(value)
