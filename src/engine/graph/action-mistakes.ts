/** Tells of an entry under `actions:` whose action no service has, or whose arguments do not fit. */
import Type from 'typebox'
import type { Address } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { LIFECYCLE } from '../actions/order-actions.ts'
import type { ActionRequest } from '../blueprint/declaration.ts'
import type { Graph, Service } from './graph.ts'
import { validateFields } from './validate.ts'

/** None where a service is broken itself, or where its template's actions are not known here (those of AYS in Python). */
export function actionMistakes(
  graph: Graph,
  request: ActionRequest,
  addresses: readonly Address[],
): readonly Problem[] {
  const services = addresses.flatMap((address) => graph.services.get(address) ?? [])
  const obscure = services.some(({ template }) => template.unbuilt !== undefined || template.broken)
  if (services.length === 0 || services.length < addresses.length || obscure) return []
  return request.actions.flatMap((action) => {
    const having = services.filter((service) => isLifecycle(action) || service.template.actions?.[action])
    return having.length === 0 ? [unknownAction(action, request, services)] : argumentMistakes(action, request, having)
  })
}

const isLifecycle = (action: string): boolean => (LIFECYCLE as readonly string[]).includes(action)

function unknownAction(action: string, { actionsAt, at }: ActionRequest, services: readonly Service[]): Problem {
  const own = services.flatMap(({ template }) => Object.keys(template.actions ?? {}))
  const known = [...new Set([...LIFECYCLE, ...own])]
  return {
    code: 'ACTION_UNKNOWN',
    message: `None of the services meant has an action ${action}.`,
    at: actionsAt ?? at,
    hint: didYouMean(action, known) ?? `There are ${known.join(', ')}.`,
  }
}

/** Of several services of one template the first speaks for all. */
function argumentMistakes(action: string, { argsGiven, at }: ActionRequest, services: readonly Service[]): Problem[] {
  if (!argsGiven) return []
  const templates = new Map(services.map((service) => [service.template, service]))
  return [...templates.values()].flatMap(({ address, template }) => {
    const schema = (isLifecycle(action) ? undefined : template.actions?.[action]?.args) ?? NONE
    const told = validateFields({ ...template, data: schema }, argsGiven, { address: `${action} of ${address}`, at })
    return told.problems.map(
      (one): Problem => ({
        ...one,
        code: 'ACTION_ARGUMENT',
        message: one.message.replace(/\bfield\b/, 'argument'),
        ...(one.hint === undefined ? {} : { hint: one.hint.replace('no fields', 'no arguments') }),
      }),
    )
  })
}

const NONE = Type.Object({})
