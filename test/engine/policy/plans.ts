/** Plans as literals, for what is judged of them. */
import type { Address } from '../../../src/base/address.ts'
import type { Plan, ServicePlan, TaskPlan } from '../../../src/engine/plan/plan.ts'

export function taskOf(some: Partial<TaskPlan> = {}): TaskPlan {
  return {
    ...{
      thing: 'file:/etc/a',
      kind: 'file@1',
      node: 'node/n' as Address,
      rung: 'installed',
      action: 'create',
      why: 'new',
    },
    ...{ changes: [], effects: [], commands: [{ title: 'write', run: { argv: ['true'] } }] },
    ...some,
  } as TaskPlan // literals
}

export function service(
  address: string,
  some: Partial<Omit<ServicePlan, 'node'>> & { node?: string } = {},
): ServicePlan {
  const node = (some.node ?? 'node/n') as Address
  const own = { address, template: 'file', action: 'create', why: 'new', after: [] }
  return { ...own, tasks: [taskOf({ node })], ...some, node } as ServicePlan // literals
}

export const planOf = (services: readonly ServicePlan[], some: Partial<Plan> = {}): Plan =>
  ({
    ...{ format: 1, kind: 'apply', environment: 'default', hash: 'h', services, simulated: false, nodes: 2 },
    ...{ unreachable: [], warnings: [], blocked: [], held: [], renamed: [] },
    ...some,
  }) as unknown as Plan // what rules do not read is left out
