/** Pools of ports, addresses, disks: who holds which value, who wished for it, what is free. */
import type { Address } from '../../base/address.ts'

/** One choice that is kept from run to run. */
export interface Choice {
  readonly address: Address
  readonly choice: string
  readonly pool: string
  readonly value: string | number
}

export interface Pools {
  /** Remembered choices of services that are there, by `keyOf`. */
  readonly kept: ReadonlyMap<string, Choice>
  /** pool → value → who has it. */
  readonly held: Map<string, Map<string | number, Choice>>
  /** pool → values that still lie on a node: free for a wish, not for a choice. */
  readonly lingering: Map<string, Set<string | number>>
}

export const keyOf = ({ address, choice, pool }: Omit<Choice, 'value'>): string => `${address} ${choice} ${pool}`

/** Reserves what is kept. Rows of services that are not `present` only linger. Of two rows with one value the first counts. */
export function openPools(rows: readonly Choice[], present: (address: Address) => boolean): Pools {
  const kept = new Map<string, Choice>()
  const pools: Pools = { kept, held: new Map(), lingering: new Map() }
  for (const row of [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    if (!present(row.address)) linger(pools, row)
    else if (hold(pools, row) === undefined) kept.set(keyOf(row), row)
  }
  return pools
}

/** Gives a value to someone; gives back whoever has it already. */
export function hold({ held }: Pools, row: Choice): Choice | undefined {
  const pool = held.get(row.pool) ?? new Map<string | number, Choice>()
  held.set(row.pool, pool)
  const holder = pool.get(row.value)
  if (holder && keyOf(holder) !== keyOf(row)) return holder
  pool.set(row.value, row)
  return undefined
}

/** Lets go of a kept value that is no longer wanted: its owner wishes for another, or asks for none. */
export function letGo(pools: Pools, row: Choice): void {
  const pool = pools.held.get(row.pool)
  const holder = pool?.get(row.value)
  if (holder && keyOf(holder) === keyOf(row)) pool?.delete(row.value)
  linger(pools, row)
}

/** The first candidate that nobody has, if there is one; `count` candidates were looked at. They may be a generator: once. */
export function firstFree<Value extends string | number>(
  { held, lingering }: Pools,
  pool: string,
  from: Iterable<Value>,
): { readonly value: Value | undefined; readonly count: number } {
  let count = 0
  for (const value of from) {
    count++
    if (!held.get(pool)?.has(value) && !lingering.get(pool)?.has(value)) return { value, count }
  }
  return { value: undefined, count }
}

function linger({ lingering }: Pools, { pool, value }: Choice): void {
  const values = lingering.get(pool) ?? new Set()
  lingering.set(pool, values.add(value))
}
