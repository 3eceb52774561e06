/** Binds the entries under `actions:` to the services that their selectors mean. */
import { type Address, LOCAL, nameOfAddress } from '../../base/address.ts'
import { compilePattern, type Pattern } from '../../base/pattern.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { ActionRequest, Blueprint } from '../blueprint/declaration.ts'
import { actionMistakes } from './action-mistakes.ts'
import type { Graph } from './graph.ts'

/** An entry with its services, in graph order. */
export interface BoundAction extends ActionRequest {
  readonly services: readonly Address[]
}

/**
 * As AYS bound them: `actor` is matched whole with the template's name, `service` with the instance's. A selector that
 * matches nothing is SELECTOR_UNKNOWN, unless it may mean a service that a mistake kept from being read.
 */
export function bindActions(
  graph: Graph,
  { actions, declarations, unread = [] }: Blueprint,
): { readonly bound: readonly BoundAction[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  // Those without a template, or in a circle, are declared all the same.
  const there = new Map<Address, Candidate>(declarations.map((one) => [one.address, one]))
  for (const [address, { template, name }] of graph.services) {
    // Every workspace has its own machine; an entry means it only by name.
    there.set(address, { template: template.name, name, implicit: address === LOCAL && !there.has(LOCAL) })
  }
  const order = new Map(graph.order.map((address, i) => [address, i]))
  const bound = actions.map((request): BoundAction => {
    const actor = readSelector(request.actor, request.actorAt ?? request.at, problems)
    const service = readSelector(request.service, request.serviceAt ?? request.at, problems)
    if (actor === 'refused' || service === 'refused') return { ...request, services: [] }
    const byActor = [...there].filter(
      ([, { template, implicit }]) => !(implicit && !service) && (actor?.testWhole(template) ?? true),
    )
    const services = byActor.filter(([, { name }]) => service?.testWhole(name) ?? true).map(([address]) => address)
    if (services.length === 0 && (actor || service) && !unread.some((one) => mayMean(one, service)))
      problems.push(nothingMatches(request, byActor, there))
    if (unread.length === 0) problems.push(...actionMistakes(graph, request, services))
    return { ...request, services: services.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)) }
  })
  return { bound, problems }
}

interface Candidate {
  readonly template: string
  readonly name: string
  readonly implicit?: boolean
}

function readSelector(text: string | undefined, at: Place, problems: Problem[]): Pattern | undefined | 'refused' {
  if (text === undefined) return undefined
  const read = compilePattern(text)
  if ('pattern' in read) return read.pattern
  const { reason, unsafe } = read.fault
  problems.push({
    code: 'SELECTOR_UNSAFE',
    message: unsafe
      ? `The selector ${text} cannot be matched in linear time: ${reason}.`
      : `The selector ${text} is no regular expression: ${reason}.`,
    at,
    hint: 'Selectors are regular expressions as RE2 has them, matched whole: node.*, (web|db)-[0-9]+.',
  })
  return 'refused'
}

const mayMean = (address: Address, service: Pattern | undefined): boolean =>
  service?.testWhole(nameOfAddress(address)) ?? true

function nothingMatches(
  { actor, service, actorAt, serviceAt, at }: ActionRequest,
  byActor: readonly (readonly [Address, Candidate])[],
  there: ReadonlyMap<Address, Candidate>,
): Problem {
  const actorFails = actor !== undefined && byActor.length === 0
  const candidates = actorFails ? [...there.values()].map((one) => one.template) : byActor.map(([, { name }]) => name)
  const text = (actorFails ? actor : service) ?? ''
  return {
    code: 'SELECTOR_UNKNOWN',
    message: actorFails
      ? `No service is of a template that ${actor} matches.`
      : `No service${actor === undefined ? '' : ` of ${actor}`} has a name that ${service} matches.`,
    at: (actorFails ? actorAt : serviceAt) ?? at,
    hint: didYouMean(text, new Set(candidates)) ?? 'Selectors are matched whole: web.* means all that begin with web.',
  }
}
