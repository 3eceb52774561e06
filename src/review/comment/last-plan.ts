/** A plan as a comment remembers it, and what a later one changes about it. Pure. */
import type { Address } from '../../base/address.ts'
import { digestOf } from '../../base/json.ts'
import type { Plan } from '../../engine/plan/plan.ts'
import type { Since } from '../../engine/plan/since.ts'
import type { LastPlan } from './marker.ts'

export function lastPlanOf(plan: Plan, of: { readonly saved: string; readonly run?: string | undefined }): LastPlan {
  const { saved, run } = of
  return { hash: plan.hash, saved, ...(run === undefined ? {} : { run }), services: rowsOf(plan) }
}

/** Digits of the digest of what is done for a service: enough to see that it is something else. */
const DIGITS = 12

const rowsOf = ({ services }: Plan): NonNullable<LastPlan['services']> =>
  services
    .filter((one) => one.action !== 'none')
    .map(({ address, action, verb = '', why, tasks }) => [
      address,
      action,
      verb,
      why,
      digestOf(tasks.map((task) => ({ ...task, at: undefined }))).slice(0, DIGITS),
    ])

/** undefined: the last one was too large to be remembered, and is not the same. */
export function sinceLast(last: LastPlan, plan: Plan): Since | undefined {
  if (last.hash === plan.hash) return { hash: last.saved, same: true, added: [], gone: [], changed: [] }
  if (!last.services) return undefined
  const before = byKey(last.services)
  const now = byKey(rowsOf(plan))
  const added = [...now].filter(([key]) => !before.has(key)).map(([, row]) => addressOf(row))
  const gone = [...before].filter(([key]) => !now.has(key)).map(([, row]) => addressOf(row))
  const changed = [...now].flatMap(([key, row]) => {
    const was = before.get(key)
    return was && was.join() !== row.join() ? [{ address: addressOf(row), from: was[1], to: row[1] }] : []
  })
  return { hash: last.saved, same: added.length + gone.length + changed.length === 0, added, gone, changed }
}

type Row = NonNullable<LastPlan['services']>[number]
const byKey = (rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [`${row[0]} ${row[2]}`, row]))
/** Of a row that was made of a plan. */
const addressOf = ([address]: Row): Address => address as Address
