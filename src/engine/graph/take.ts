/** The `take` that templates are given: first only to hear their wishes, then to choose. */
import type { Problem } from '../../base/problem.ts'
import type { AllocateContext } from '../template.ts'
import { showData } from './fields.ts'
import type { Service } from './graph.ts'
import { type Choice, firstFree, hold, keyOf, letGo, type Pools } from './pool.ts'

type Take = AllocateContext['take']

/** Thrown through a template when nothing can be given: its allocation ends there, and the problem is told. */
export class NothingToTake extends Error {
  override readonly name = 'NothingToTake'
}

/** Hears what a service wishes for and chooses nothing. `asked` gathers every choice with its wish. */
export function listen(pools: Pools, service: Service, asked: Map<string, Partial<Choice>>): Take {
  return (pool, choice, { wish, from }) => {
    const key = keyOf({ address: service.address, choice, pool })
    asked.set(key, { address: service.address, choice, pool, ...(wish === undefined ? {} : { value: wish }) })
    const kept = keptIn(pools, key, wish)
    if (kept !== undefined) return kept
    for (const first of from) return wish ?? first
    if (wish !== undefined) return wish
    throw new NothingToTake()
  }
}

/** Reserves the wishes, in the order given, and frees what is kept but no longer asked for. Others' values are refused later, by `choose`. */
export function reserveWishes(
  pools: Pools,
  services: readonly Service[],
  asked: ReadonlyMap<string, Partial<Choice>>,
): void {
  const ours = new Set(services.map(({ address }) => address))
  for (const [key, row] of pools.kept) {
    if (!ours.has(row.address)) continue
    const wish = asked.get(key)
    if (!wish || (wish.value !== undefined && wish.value !== row.value)) letGo(pools, row)
  }
  for (const { address, choice, pool, value } of asked.values()) {
    if (address !== undefined && choice !== undefined && pool !== undefined && value !== undefined)
      hold(pools, { address, choice, pool, value })
  }
}

/** Chooses: the wish, else what is kept, else the first free candidate. */
export function choose(
  pools: Pools,
  service: Service,
  options: { readonly seen: boolean; readonly rows: Choice[]; readonly problems: Problem[] },
): Take {
  const { address } = service
  const problem = (code: Problem['code'], message: string, at: Problem['at'], hint: string): void => {
    options.problems.push({ code, at, message, hint })
  }
  return (pool, choice, { wish, from }) => {
    const key = keyOf({ address, choice, pool })
    const kept = keptIn(pools, key, wish)
    if (wish === undefined && kept !== undefined && isLost(kept, from, options.seen)) {
      const message = `${address}: its ${choice} ${kept} is gone from ${showPool(pool)}.`
      problem('ALLOCATION_LOST', message, service.at, `Bring it back, or renew it: ays apply --replace ${address}.`)
    }
    const free = wish === undefined && kept === undefined ? firstFree(pools, pool, from) : undefined
    const value = wish ?? kept ?? free?.value
    if (value === undefined) {
      const reason = free?.count ? 'all are taken' : options.seen ? 'there is none' : 'its node was not seen yet'
      problem(
        'ALLOCATION_EXHAUSTED',
        `${address}: no ${choice} is left for it in ${showPool(pool)}: ${reason}.`,
        service.at,
        'Free one, or widen the pool.',
      )
      throw new NothingToTake()
    }
    const holder = hold(pools, { address, choice, pool, value })
    if (holder) {
      const whose = holder.address === address ? `its own ${holder.choice}` : holder.address
      const message = `${address} asks for ${choice} ${showData(value)} in ${showPool(pool)}, which ${whose} has.`
      problem(
        'ALLOCATION_TAKEN',
        message,
        placeOfWish(service, value),
        'Ask for another, or leave it out to get a free one.',
      )
    }
    options.rows.push({ address, choice, pool, value })
    return value
  }
}

/** What is kept under the key, in the type that the pool is asked for. */
function keptIn<Value extends string | number>(pools: Pools, key: string, wish: Value | undefined): Value | undefined {
  const kept = pools.kept.get(key)
  if (!kept || (wish !== undefined && wish !== kept.value)) return undefined
  return kept.value as Value // the pool gave it in an earlier run; pools do not change their type
}

/** Names of disks and addresses come from what a node shows; numbers from ranges, of which leaving one loses nothing. */
function isLost<Value>(kept: Value, from: Iterable<Value>, seen: boolean): boolean {
  if (typeof kept !== 'string') return false
  let any = false
  for (const one of from) {
    if (one === kept) return false
    any = true
  }
  return any || seen
}

/** Where the field stands that holds the wish. */
function placeOfWish(service: Service, value: string | number): Service['at'] {
  const field = Object.entries(service.data).find(([, data]) => data === value)?.[0]
  return (field === undefined ? undefined : service.places[field]) ?? service.at
}

/** `tcp@node/n1` → `tcp on node/n1`. */
const showPool = (pool: string): string => pool.replace('@', ' on ')
