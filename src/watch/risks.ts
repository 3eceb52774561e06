/** What of a plan a person should see before it happens: all that `watch: { apply: safe }` leaves to them. */
import type { ServicePlan } from '../engine/plan/plan.ts'
import { type Hazard, hazardsOf } from '../engine/plan/risk.ts'

/** In words; empty where nothing is taken away, made anew, restarted or otherwise hurt. */
export function risksOf(services: readonly ServicePlan[]): readonly string[] {
  return [...new Set(services.flatMap(hazardsOf).map(inWords))]
}

function inWords({ kind, service, thing, what }: Hazard): string {
  if (kind !== 'remove' && kind !== 'replace') return `${service}: ${kind} of ${what}`
  return thing === undefined ? `${service} would be ${kind}d` : `${service}: ${thing} would be ${kind}d`
}
