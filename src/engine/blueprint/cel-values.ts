/** Takes values into an evaluation of CEL and out again; what touched a secret comes out as one. */
import type { Json } from '../../base/json.ts'
import { isLater, type Later } from '../../base/later.ts'
import { isSecret, type Secret } from '../../base/secret.ts'

/** Plain data that may hold, at its leaves, secrets and what is known only after apply. */
export type Known = Json | Secret | Later

/**
 * Lets values into an evaluation and out again, and notes which secrets were read meanwhile, and what is known only
 * after apply: of that, `variant` says which stand-in is let in. What leaves was made by an expression with this `source`.
 */
export function openGate(variant: 0 | 1 = 0) {
  const touched: Secret[] = []
  const laters: Later[] = []
  const originals = new Map<object, Known>()
  const enter = (value: unknown): unknown => {
    if (isSecret(value)) {
      touched.push(value)
      return value.reveal()
    }
    if (isLater(value)) {
      laters.push(value)
      return enter(value.standIns[variant])
    }
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value !== 'object' || value === null) return value
    const inside: object = Array.isArray(value) ? [] : {}
    for (const key of Object.keys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key)
      // What is known only later says so when it is read, not before.
      const held: unknown = descriptor?.value
      if (held === undefined && !descriptor?.get) continue
      let entered: { value: unknown } | undefined
      const get = (): unknown => {
        if (isSecret(held) || isLater(held)) return enter(held)
        entered ??= { value: enter(descriptor?.get ? descriptor.get.call(value) : held) }
        return entered.value
      }
      Object.defineProperty(inside, key, { get, enumerable: true, configurable: true })
    }
    // Whatever comes in is plain data with secrets at its leaves.
    originals.set(inside, value as Known)
    return inside
  }
  const leave = (value: unknown, source: string): Known => {
    const only = touched[0]
    if (only && value === only.reveal() && touched.every((one) => one === only)) return only
    if (only) {
      const result = out(value)
      // A key is a name that everybody reads, and cannot be sealed: only what the expression itself says may be one.
      if (madeKeys.some((key) => !source.includes(key))) throw new Refused('it would make a secret the key of a map')
      return seal(result, only)
    }
    // What came in goes out as it is, however much it holds.
    const whole = typeof value === 'object' && value !== null ? originals.get(value) : undefined
    return whole ?? out(value)
  }
  const madeKeys: string[] = []
  let given = 0
  const out = (value: unknown): Known => {
    if (++given > VALUES_MAX) throw new Refused(`it gives more than ${VALUES_MAX} values`)
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'bigint') {
      if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
        throw new Refused('it gives a number too large to be exact')
      return Number(value)
    }
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new Refused('it gives a number that is not finite')
      return value
    }
    if (typeof value === 'object') {
      const original = originals.get(value)
      if (original !== undefined) {
        given += sizeOf(original)
        if (given > VALUES_MAX) throw new Refused(`it gives more than ${VALUES_MAX} values`)
        return original
      }
      if (value instanceof Date) return value.toISOString()
      // Secrets at the leaves of a list or map are data here; Json does not name them.
      if (Array.isArray(value) || value instanceof Set) return [...value].map(out) as readonly Json[]
      const entries =
        value instanceof Map ? [...value.entries()] : value.constructor === Object ? Object.entries(value) : undefined
      if (entries) {
        madeKeys.push(...entries.map(([key]) => String(key)))
        return Object.fromEntries(entries.map(([key, inner]) => [String(key), out(inner)])) as Json
      }
    }
    throw new Refused(
      'it gives neither text, a number, true or false, a list nor a map; string(…) makes text of most things',
    )
  }
  return { enter, leave, touched: () => touched.length > 0, laters: (): readonly Later[] => laters }
}

/** How many values are inside; it is asked once for each. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || isSecret(value) || isLater(value)) return 1
  const known = sizes.get(value)
  if (known !== undefined) return known
  const size = Object.values(value).reduce((sum: number, inner: unknown) => sum + sizeOf(inner), 1)
  sizes.set(value, size)
  return size
}

const sizes = new WeakMap<object, number>()

/** Values that one expression may make: what it makes stands in data, plans and places. */
const VALUES_MAX = 20_000

/** Every leaf made a secret. */
function seal(value: Known, by: Secret): Known {
  if (isSecret(value) || isLater(value) || value === null) return value
  // As above: secrets stand at leaves.
  if (Array.isArray(value)) return value.map((one: Known) => seal(one, by)) as Json
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, seal(one ?? null, by)])) as Json
  return by.with(by.ref, String(value))
}

/** A result or a file that cannot be used. */
export class Refused extends Error {}
