/** What of a plan a person should see before it happens: all that `watch: { apply: safe }` leaves to them. */
import type { ServicePlan } from '../engine/plan/plan.ts'

/** In words; empty where nothing is taken away, made anew, restarted or otherwise hurt. */
export function risksOf(services: readonly ServicePlan[]): readonly string[] {
  const risks = services.flatMap((service): string[] => {
    const { address, action, tasks } = service
    if (action === 'remove' || action === 'replace') return [`${address} would be ${action}d`]
    const parts = tasks.flatMap((task): string[] =>
      task.action === 'remove' || task.action === 'replace' ? [`${task.thing} would be ${task.action}d`] : [],
    )
    const effects = tasks.flatMap((task) => task.effects.map(({ kind, what }) => `${kind} of ${what}`))
    return [...parts, ...effects].map((risk) => `${address}: ${risk}`)
  })
  return [...new Set(risks)]
}
