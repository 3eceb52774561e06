import type { Address } from '../base/address.ts'
import type { LaterSource } from '../base/later.ts'
import type { AnyKind, Kind } from './kind.ts'

/** How far up a service stands. */
export type Rung = 'absent' | 'installed' | 'running'

/** What is wanted of one thing on one node. Data: it holds no connection and no code but its kind. */
export interface Task<Wanted = unknown> {
  readonly kind: Kind<Wanted, unknown>
  /** Unique per node: `file:/etc/redis/redis.conf`. */
  readonly thing: string
  readonly wanted: Wanted
  /** The rung it belongs to; `running` tasks come after all others and go first when a service stops. */
  readonly rung: Exclude<Rung, 'absent'>
  /** What is lost with it. Its removal needs `--allow data-loss`. */
  readonly holds?: 'data'
  /** `wanted` holds stand-ins of what is known only after apply: such a task is filled before it reaches a node. */
  readonly later?: LaterTask
}

/** What of a task is not known: what differs between its `wanted` and the `other` one, made with other stand-ins. */
export interface LaterTask {
  readonly other: unknown
  readonly sources: readonly LaterSource[]
}

export type AnyTask = Task<unknown>

/** A task with the node it is for. */
export interface PlacedTask extends AnyTask {
  readonly node: Address
}

/** Makes the function that templates call: `const file = taskOf(fileKind, (w) => `file:${w.path}`)`. */
export function task<Wanted, Found>(
  kind: Kind<Wanted, Found>,
  thing: string,
  wanted: Wanted,
  options: { rung?: Exclude<Rung, 'absent'>; holds?: 'data' } = {},
): AnyTask {
  // Kind's members are methods, so a kind of narrower types fits where they are unknown.
  return {
    kind: kind as AnyKind,
    thing,
    wanted,
    rung: options.rung ?? 'installed',
    ...(options.holds ? { holds: options.holds } : {}),
  }
}
