/** What a test expects of a plan: which services and things are created, updated, removed. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import type { Plan, ServicePlan } from '../engine/plan/plan.ts'
import { failed } from './failure.ts'
import { ACTIONS, type ExpectedChanges, type TestedAction } from './format.ts'
import type { BlueprintTest } from './test-file.ts'

/** An action that is not named may be planned or not; one that is named is expected exactly. */
export function planFailures(test: BlueprintTest, plan: Plan): Problem[] {
  const { plan: expected } = test.expect
  if (expected === undefined) return []
  if (expected === 'nothing') {
    const changed = changesOf(plan)
    return changed.length === 0
      ? []
      : [failed(test.place('expect', 'plan'), `The plan is expected to do nothing, and it would ${sum(changed)}.`)]
  }
  return ACTIONS.flatMap((action) => {
    const wanted = expected[action]
    return wanted === undefined ? [] : actionFailures(test, action, wanted, plan.services.filter(isOf(action)))
  })
}

/** Services for which a plan has something to do. */
export const changesOf = (plan: Plan): readonly ServicePlan[] =>
  plan.services.filter((service) => service.action !== 'none')

/** `create node/n1, update file/motd (file:/etc/motd)`. */
export const sum = (changes: readonly ServicePlan[]): string =>
  changes
    .map(({ action, address, tasks }) => {
      const things = tasks.map((task) => task.thing).join(', ')
      return `${action} ${address}${things ? ` (${things})` : ''}`
    })
    .join(', ')

const isOf =
  (action: TestedAction) =>
  (service: ServicePlan): boolean =>
    service.action === action

function actionFailures(
  test: BlueprintTest,
  action: TestedAction,
  wanted: ExpectedChanges,
  planned: readonly ServicePlan[],
): Problem[] {
  const at = test.place('expect', 'plan', action)
  const addresses = planned.map((service) => service.address)
  const list = addresses.join(', ') || 'none'
  if (typeof wanted === 'number')
    return wanted === planned.length
      ? []
      : [failed(at, `${action}: ${wanted} expected, ${planned.length} planned: ${list}.`)]
  const named = new Set<Address>()
  const failures = wanted.flatMap((one, i) => {
    const place = test.place('expect', 'plan', action, String(i))
    const entries = typeof one === 'string' ? [[one, undefined] as const] : Object.entries(one)
    return entries.flatMap(([pattern, things]) => {
      const found = matchAddresses(pattern, addresses)
      for (const address of found) named.add(address)
      if (found.length === 0) return [failed(place, `The plan does not ${action} ${pattern}. It would: ${list}.`)]
      if (!things) return []
      return planned
        .filter((service) => found.includes(service.address))
        .flatMap((service) => {
          const actual = service.tasks.map((task) => task.thing)
          const missing = things.filter((thing) => !actual.some((one) => fits(thing, one)))
          const extra = actual.filter((thing) => !things.some((one) => fits(one, thing)))
          if (missing.length + extra.length === 0) return []
          const parts = [
            ...(missing.length > 0 ? [`it does not change ${missing.join(', ')}`] : []),
            ...(extra.length > 0 ? [`it changes ${extra.join(', ')} as well`] : []),
          ]
          return [failed(place, `${action} ${service.address}: ${parts.join(', and ')}.`)]
        })
    })
  })
  const more = addresses.filter((address) => !named.has(address))
  if (more.length > 0) failures.push(failed(at, `The plan would ${action} ${more.join(', ')} as well.`))
  return failures
}

/** `file:/etc/*`: a star is any run of characters. */
function fits(pattern: string, thing: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (!thing.startsWith(first)) return false
  let from = first.length
  for (const [i, part] of rest.entries()) {
    const last = i === rest.length - 1
    const at = last ? thing.length - part.length : thing.indexOf(part, from)
    if (at < from || !thing.startsWith(part, at)) return false
    from = at + part.length
  }
  return from === thing.length
}
