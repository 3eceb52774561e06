/** Every service with its state, in AYS's words. */
import type { Address } from '../base/address.ts'
import type { ServicePlan } from '../engine/plan/plan.ts'
import type { ActionState, JobRow, Memory } from '../store/store.ts'
import type { ServiceStatus } from './contract.ts'
import type { Planned } from './planned.ts'

export function statusOf(planned: Planned, memory: Memory, lastJobs: ReadonlyMap<Address, JobRow>): ServiceStatus[] {
  const plans = new Map(planned.plan.services.map((service) => [service.address, service]))
  const actions = new Map<Address, ActionState[]>()
  for (const one of memory.actions) actions.set(one.address, [...(actions.get(one.address) ?? []), one])
  const addresses = new Set([...planned.assembly.graph.order, ...memory.services.keys()])
  return [...addresses].map((address) => {
    const service = planned.assembly.graph.services.get(address)
    const plan = plans.get(address)
    const lastJob = lastJobs.get(address)
    const held = memory.holds.get(address)
    const node = service?.node ?? memory.services.get(address)?.node
    return {
      address,
      template: service?.template.name ?? memory.services.get(address)?.template ?? '',
      ...(node ? { node } : {}),
      state: stateOf(plan, memory.services.has(address), lastJob),
      action: plan?.action ?? 'none',
      ...(lastJob ? { lastJob } : {}),
      actions: actions.get(address) ?? [],
      ...(held ? { held } : {}),
    }
  })
}

function stateOf(plan: ServicePlan | undefined, known: boolean, lastJob: JobRow | undefined): ServiceStatus['state'] {
  if (!plan) return 'ok'
  if (plan.action === 'remove') return 'removing'
  if (plan.action === 'unknown') return 'unknown'
  if (lastJob?.state === 'error') return 'error'
  if (!known) return 'new'
  return plan.why === 'drift' || plan.why === 'both' ? 'drifted' : 'changed'
}
