/** The part of a plan that the nodes caused, not the blueprints. */
import type { Plan, TaskPlan } from '../../engine/plan/plan.ts'
import { count } from './plain-text.ts'
import { type PlanViewOptions, planView } from './plan.ts'

/** The same plan with only what drifted; its counts and radius are of that part. */
export function driftOf(plan: Plan): Plan {
  const services = plan.services.flatMap((service) => {
    const tasks = service.tasks.filter((task) => drifted(task.why))
    if (service.why === 'lost') return [service]
    return drifted(service.why) || tasks.length > 0 ? [{ ...service, tasks }] : []
  })
  const tasks = services.flatMap((service) => service.tasks)
  const effects = tasks.flatMap((task) => task.effects)
  const counts = { create: 0, update: 0, replace: 0, remove: 0, adopt: 0, act: 0, unknown: 0, none: 0 }
  for (const service of services) counts[service.action] += 1
  counts.none = Object.values(plan.counts).reduce((a, b) => a + b, 0) - services.length
  const radius = {
    nodes: [...new Set(tasks.map((task) => task.node))],
    restarts: [...new Set(effects.filter((effect) => effect.kind === 'restart').map((effect) => effect.what))],
    dataLoss: [...new Set(effects.filter((effect) => effect.kind === 'data-loss').map((effect) => effect.what))],
    other: effects.filter((effect) => effect.kind !== 'restart' && effect.kind !== 'data-loss'),
  }
  return { ...plan, services, counts, radius, blocked: [], warnings: [] }
}

/** The plan's view; where nothing drifted, one line. */
export function driftView(drift: Plan, options: PlanViewOptions): string {
  if (drift.services.length === 0 && drift.unreachable.length === 0)
    return `No drift: ${count(drift.counts.none, 'service')} looked at.`
  return planView(drift, options)
}

const drifted = (why: TaskPlan['why']): boolean => why === 'drift' || why === 'both'
