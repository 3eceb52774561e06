/** What is different between two plans: the last one of a pull request and this one. */
import type { Address } from '../../base/address.ts'
import { sameData } from '../../base/json.ts'
import type { Plan, ServicePlan } from './plan.ts'

/** What of a plan is compared; a saved one is read back as this. */
export type ComparedPlan = Pick<Plan, 'hash'> & { readonly services: readonly ComparedService[] }
type ComparedService = Pick<ServicePlan, 'address' | 'action' | 'why' | 'verb'> & { readonly tasks: unknown }

export interface Since {
  readonly hash: string
  /** The same plan: nothing moved. */
  readonly same: boolean
  readonly added: readonly Address[]
  /** In the last plan, no longer in this one. */
  readonly gone: readonly Address[]
  /** Something else happens to it now. */
  readonly changed: readonly { readonly address: Address; readonly from: string; readonly to: string }[]
}

export function sinceOf(before: ComparedPlan, now: Pick<Plan, 'hash' | 'services'>): Since {
  const old = byKey(before.services)
  const present = byKey(now.services)
  const added = [...present].filter(([key]) => !old.has(key)).map(([, one]) => one.address)
  const gone = [...old].filter(([key]) => !present.has(key)).map(([, one]) => one.address)
  const changed = [...present].flatMap(([key, one]) => {
    const was = old.get(key)
    if (!was || (was.action === one.action && was.why === one.why && sameData(was.tasks, one.tasks))) return []
    return [{ address: one.address, from: was.action, to: one.action }]
  })
  return { hash: before.hash, same: before.hash === now.hash, added, gone, changed }
}

/** A service may stand in a plan twice: as declared, and for an action of its template. */
const byKey = <Service extends ComparedService>(services: readonly Service[]): ReadonlyMap<string, Service> =>
  new Map(services.filter(({ action }) => action !== 'none').map((one) => [`${one.address} ${one.verb ?? ''}`, one]))
