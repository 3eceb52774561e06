/** What happens on each node, as numbers. */
import type { Address } from '../../../base/address.ts'
import type { Action, Plan, ServicePlan } from '../../../engine/plan/plan.ts'
import { type Risk, riskOf, risks } from '../../../engine/plan/risk.ts'

export interface NodeRow {
  readonly node: Address
  /** That of the riskiest service on it. */
  readonly risk: Risk
  /** Services by what happens to them. */
  readonly counts: Readonly<Record<Action, number>>
  readonly reboots: number
  readonly restarts: readonly string[]
  readonly commands: number
}

/** The riskiest node first, then the one with the most to do. */
export function nodeRows({ services }: Pick<Plan, 'services'>): readonly NodeRow[] {
  const byNode = new Map<Address, ServicePlan[]>()
  for (const service of services) {
    const on = service.tasks.map((task) => task.node)
    for (const node of new Set(on.length > 0 ? on : service.node ? [service.node] : [])) {
      const list = byNode.get(node)
      if (list) list.push(service)
      else byNode.set(node, [service])
    }
  }
  return [...byNode]
    .map(([node, own]) => rowOf(node, own))
    .sort((a, b) => risks.indexOf(b.risk) - risks.indexOf(a.risk) || b.commands - a.commands)
}

function rowOf(node: Address, services: readonly ServicePlan[]): NodeRow {
  const counts = { create: 0, update: 0, replace: 0, remove: 0, adopt: 0, act: 0, unknown: 0, none: 0 }
  for (const { action } of services) counts[action]++
  const tasks = services.flatMap((service) => service.tasks.filter((task) => task.node === node))
  const effects = (kind: string): string[] => [
    ...new Set(tasks.flatMap((task) => task.effects.flatMap((one) => (one.kind === kind ? [one.what] : [])))),
  ]
  return {
    node,
    risk: services.map(riskOf).reduce((a, b) => (risks.indexOf(a) > risks.indexOf(b) ? a : b), 'none'),
    counts,
    reboots: effects('reboot').length,
    restarts: effects('restart'),
    commands: tasks.reduce((sum, task) => sum + task.commands.length, 0),
  }
}
