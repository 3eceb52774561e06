/** Plans as literal values, for the tests of the views. */
import { addressOf } from '../../src/base/address.ts'
import type { Action, Plan, ServicePlan, TaskPlan } from '../../src/engine/plan/plan.ts'

export const n1 = addressOf('node', 'n1')
export const n2 = addressOf('node', 'n2')

export const taskPlan = (task: Partial<TaskPlan> & Pick<TaskPlan, 'thing'>): TaskPlan => ({
  kind: 'file@1',
  node: n1,
  rung: 'installed',
  action: 'create',
  why: 'new',
  changes: [],
  commands: [],
  effects: [],
  ...task,
})

export const servicePlan = (service: Partial<ServicePlan> & { name: string }): ServicePlan => ({
  address: addressOf('storage_engine', service.name),
  template: 'storage_engine',
  action: 'create',
  why: 'new',
  node: n1,
  tasks: [],
  after: [],
  ...service,
})

/** A plan of these services; what is not said is counted. */
export function planOf(
  services: readonly ServicePlan[],
  { counts: more, ...rest }: Partial<Omit<Plan, 'counts'>> & { counts?: Partial<Record<Action, number>> } = {},
): Plan {
  const counts = { create: 0, update: 0, replace: 0, remove: 0, adopt: 0, act: 0, unknown: 0, none: 0 }
  for (const service of services) counts[service.action] += 1
  const tasks = services.flatMap((service) => service.tasks)
  const effects = tasks.flatMap((task) => task.effects)
  return {
    format: 1,
    kind: 'apply',
    environment: 'default',
    hash: '0'.repeat(64),
    held: [],
    renamed: [],
    services,
    counts: { ...counts, ...more },
    radius: {
      nodes: [...new Set(tasks.map((task) => task.node))],
      restarts: effects.filter((effect) => effect.kind === 'restart').map((effect) => effect.what),
      dataLoss: effects.filter((effect) => effect.kind === 'data-loss').map((effect) => effect.what),
      other: effects.filter((effect) => effect.kind !== 'restart' && effect.kind !== 'data-loss'),
    },
    unreachable: [],
    warnings: [],
    blocked: [],
    nodes: 3,
    simulated: false,
    ...rest,
  }
}
