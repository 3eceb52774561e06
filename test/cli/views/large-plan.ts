/** A plan of many changes of every sort, for tests of size and for the bench. */
import { type Address, addressOf } from '../../../src/base/address.ts'
import type { Plan, ServicePlan } from '../../../src/engine/plan/plan.ts'
import { planOf, servicePlan, taskPlan } from '../plan-literals.ts'

const actions = ['remove', 'replace', 'update', 'create'] as const

/** `n` services on 300 nodes, a quarter each removed, replaced, updated and created; every eighth loses data. */
export function largePlan(n: number): Plan {
  return planOf(Array.from({ length: n }, (_, i) => serviceOf(i)))
}

function serviceOf(i: number): ServicePlan {
  const action = actions[i % actions.length] ?? 'create'
  const node: Address = addressOf('node', `machine-${i % 300}`)
  const at = { file: 'blueprints/main.yaml', line: i + 1, column: 1 }
  const effects = [
    ...(i % 8 === 0 ? [{ kind: 'data-loss' as const, what: `/srv/data-${i}` }] : []),
    ...(action === 'update' ? [{ kind: 'restart' as const, what: `ays-engine-${i}.service` }] : []),
  ]
  const task = taskPlan({
    thing: `file:/etc/ays/engines/engine-${i}.conf`,
    node,
    action,
    at,
    changes: [
      { path: 'content', from: `port ${i}\nbind 0.0.0.0\n`, to: `port ${i + 1}\nbind 0.0.0.0\n`, how: 'in place' },
    ],
    commands: [{ title: `write engine-${i}.conf`, run: { argv: ['install', '-m', '0644', `engine-${i}.conf`] } }],
    effects,
  })
  return servicePlan({
    name: `engine-${i}`,
    action,
    why: action === 'remove' ? 'orphan' : 'change',
    node,
    at,
    tasks: [task],
  })
}
