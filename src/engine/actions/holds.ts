/** What is wanted while verbs keep some services lower than their blueprint says. */
import type { Address } from '../../base/address.ts'
import type { OwnedTask, WantedTasks } from '../graph/tasks.ts'
import type { PlanHold } from '../plan/plan.ts'

/** Held installed: what runs is not wanted. Held absent: nothing is. A shared thing stays for its other owners. */
export function underHolds(wanted: WantedTasks, holds: ReadonlyMap<Address, PlanHold>): WantedTasks {
  if (holds.size === 0) return wanted
  const wants = (owner: Address, task: OwnedTask): boolean => {
    const hold = holds.get(owner)
    return !hold || (hold.rung === 'installed' && task.rung === 'installed')
  }
  const kept = (task: OwnedTask): OwnedTask => ({ ...task, owners: task.owners.filter((owner) => wants(owner, task)) })
  return {
    problems: wanted.problems,
    tasks: new Map(
      [...wanted.tasks].map(([owner, tasks]) => [owner, tasks.filter((task) => wants(owner, task)).map(kept)]),
    ),
    things: new Map(
      [...wanted.things].map(([key, task]) => [key, kept(task)] as const).filter(([, task]) => task.owners.length > 0),
    ),
  }
}
