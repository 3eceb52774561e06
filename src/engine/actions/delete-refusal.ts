/** A service is not deleted from under those that need it. */
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import type { Graph } from '../graph/graph.ts'

/**
 * Refused when a consumer that stays would fall below the fewest services that its link needs; the refusal names it.
 * `gone` are services that are deleted already. Consumers are never deleted along.
 */
export function deleteRefusals(graph: Graph, deleting: ReadonlySet<Address>, gone: ReadonlySet<Address>): Problem[] {
  const problems: Problem[] = []
  for (const consumer of graph.services.values()) {
    if (deleting.has(consumer.address) || gone.has(consumer.address)) continue
    for (const [name, targets] of Object.entries(consumer.consumes)) {
      const link = consumer.template.consumes?.[name]
      const hit = targets.filter((target) => deleting.has(target))
      const left = targets.filter((target) => !deleting.has(target) && !gone.has(target))
      if (!link || hit.length === 0 || left.length >= link.min) continue
      problems.push({
        code: 'DELETE_REFUSED',
        at: consumer.at,
        message: `${hit.join(', ')} cannot be deleted: ${consumer.address} consumes ${hit.length + left.length} as ${name} and needs at least ${link.min}.`,
        hint: `Give ${consumer.address} another one first, or delete it too.`,
      })
    }
  }
  return problems
}
