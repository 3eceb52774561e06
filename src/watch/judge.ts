/** What a plan says of each service that was looked at. */
import type { Address } from '../base/address.ts'
import { digestOf } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { Plan, ServicePlan } from '../engine/plan/plan.ts'

export type Finding =
  | { readonly state: 'ok' }
  /** Its node moved; `digest` tells one drift from another. */
  | { readonly state: 'drifted'; readonly digest: string; readonly problem: Problem }
  /** The blueprint moved, or there is something to do that was never done; `drifted`: the node moved as well. */
  | { readonly state: 'changed'; readonly digest: string; readonly action: string; readonly drifted?: Problem }
  /** Its node is mended first. */
  | { readonly state: 'waits'; readonly for: Address }
  | { readonly state: 'lost'; readonly node: Address; readonly problem: Problem }
  | { readonly state: 'unknown'; readonly problem: Problem }

/** Every one of `asked` has a finding, and so has what else is in the plan. */
export function judge(plan: Plan, asked: Iterable<Address>): ReadonlyMap<Address, Finding> {
  const findings = new Map<Address, Finding>()
  for (const address of asked) findings.set(address, { state: 'ok' })
  for (const service of plan.services) {
    const before = findings.get(service.address)
    if (!before || before.state === 'ok') findings.set(service.address, findingOf(service))
  }
  return findings
}

function findingOf(service: ServicePlan): Finding {
  const { address, action, why, node, problem, tasks, waitsFor } = service
  if (why === 'lost' && node && problem) return { state: 'lost', node, problem }
  if (why === 'waits' && waitsFor) return { state: 'waits', for: waitsFor }
  if (action === 'unknown')
    return {
      state: 'unknown',
      problem: problem ?? { code: 'LOOK_FAILED', message: `${address} could not be looked at.` },
    }
  // Held away and gone already: it is only named.
  if (why === 'held' && tasks.every((task) => task.commands.length === 0)) return { state: 'ok' }
  if (why === 'drift' || why === 'held')
    return { state: 'drifted', digest: digest(service), problem: driftProblem(service) }
  const drifted = why === 'both' ? { drifted: driftProblem(service) } : {}
  return { state: 'changed', digest: digest(service), action, ...drifted }
}

const digest = ({ tasks, action, verb }: ServicePlan): string =>
  digestOf([action, verb, tasks.map((task) => [task.thing, task.action, task.changes])])

const NAMED_MAX = 5

function driftProblem({ address, node, tasks, why }: ServicePlan): Problem {
  const fields = tasks
    .filter((task) => task.action !== 'none' && task.action !== 'adopt')
    .map((task) => {
      const paths = task.changes.map((change) => change.path).filter((path) => path !== '')
      return paths.length > 0 ? `${task.thing} (${[...new Set(paths)].join(', ')})` : task.thing
    })
  const more = fields.length > NAMED_MAX ? ` and ${fields.length - NAMED_MAX} more` : ''
  const wanted = why === 'held' ? 'as a verb keeps it' : 'as declared'
  return {
    code: 'DRIFTED',
    message: `${address}${node ? ` on ${node}` : ''} is not ${wanted}: ${fields.slice(0, NAMED_MAX).join(', ')}${more}.`,
    hint: '`ays plan` shows what differs, `ays apply` repairs it.',
  }
}
