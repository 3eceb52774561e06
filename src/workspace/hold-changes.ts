/** What verbs do to holds: stop, uninstall and delete set one, install and start lift it. */
import type { Address } from '../base/address.ts'
import type { ActionStep } from '../engine/actions/order-actions.ts'
import type { Change, Hold } from '../store/store.ts'

export function holdChanges(
  steps: readonly ActionStep[],
  holds: ReadonlyMap<Address, Hold>,
  by: { readonly who: string; readonly at: number },
): Change[] {
  const next = new Map<Address, Change>()
  for (const { service: address, action } of steps) {
    const hold = next.get(address)
    const rung = hold && 'hold' in hold ? hold.hold.rung : holds.get(address)?.rung
    if (action === 'stop' && rung !== 'absent')
      next.set(address, { put: 'hold', hold: { address, rung: 'installed', verb: 'stop', ...by } })
    const isDeleted = hold && 'hold' in hold && hold.hold.verb === 'delete'
    if (action === 'delete' || (action === 'uninstall' && !isDeleted))
      next.set(address, { put: 'hold', hold: { address, rung: 'absent', verb: action, ...by } })
    if ((action === 'install' || action === 'start') && holds.has(address)) next.set(address, { drop: 'hold', address })
  }
  return [...next.values()]
}

/** Services that a verb keeps away. */
export const absentOf = (holds: ReadonlyMap<Address, Hold>): ReadonlySet<Address> =>
  new Set([...holds.values()].filter((hold) => hold.rung === 'absent').map((hold) => hold.address))
