/** What `ays action` asks for: which verb of which services. */
import type { Address } from '../base/address.ts'
import { LOCAL } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import { type ActionStep, LIFECYCLE } from '../engine/actions/order-actions.ts'
import type { Graph } from '../engine/graph/graph.ts'
import { globMatches, matchAddresses } from '../engine/graph/targets.ts'
import type { ActionOrder } from './contract.ts'

export interface AskedAction {
  readonly service: Address
  readonly action: string
}

/** Throws TARGET_UNKNOWN for a pattern that means nothing, ACTION_UNKNOWN where no service meant has the action. */
export function readOrder({ actions, services, actors = [] }: ActionOrder, graph: Graph): readonly AskedAction[] {
  const all = [...graph.services.keys()].filter((address) => address !== LOCAL)
  const named = services.length === 0 ? all : services.flatMap((pattern) => matching(pattern, all))
  const meant = [...new Set(named)].filter((address) => {
    const template = graph.services.get(address)?.template.name ?? ''
    return (
      actors.length === 0 || actors.some((actor) => globMatches(actor, template) || globMatches(`${actor}.*`, template))
    )
  })
  if (meant.length === 0)
    throw new ProblemsError([
      {
        code: 'TARGET_UNKNOWN',
        message: `No service is of ${actors.join(' or ')}.`,
        hint: '`ays status` lists the services.',
      },
    ])
  return actions.flatMap((action) => {
    const having = meant.filter((address) => has(graph, address, action))
    if (having.length === 0) throw unknownAction(action, meant, graph)
    return having.map((service) => ({ service, action }))
  })
}

const has = (graph: Graph, address: Address, action: string): boolean =>
  (LIFECYCLE as readonly string[]).includes(action) ||
  graph.services.get(address)?.template.actions?.[action] !== undefined

function matching(pattern: string, all: readonly Address[]): readonly Address[] {
  const found = matchAddresses(pattern, all)
  if (found.length > 0) return found
  const hint = didYouMean(pattern, all) ?? '`ays status` lists the services.'
  throw new ProblemsError([{ code: 'TARGET_UNKNOWN', message: `--service ${pattern} matches no service.`, hint }])
}

function unknownAction(action: string, meant: readonly Address[], graph: Graph): ProblemsError {
  const own = meant.flatMap((address) => Object.keys(graph.services.get(address)?.template.actions ?? {}))
  const known = [...new Set([...LIFECYCLE, ...own])]
  const message = `None of the services meant has an action ${action}.`
  return new ProblemsError([
    { code: 'ACTION_UNKNOWN', message, hint: didYouMean(action, known) ?? `There are ${known.join(', ')}.` },
  ])
}

/** Services that a run deletes. */
export const deletedBy = (steps: readonly ActionStep[]): ReadonlySet<Address> =>
  new Set(steps.filter((step) => step.action === 'delete').map((step) => step.service))
