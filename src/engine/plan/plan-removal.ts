/** A service that is to go: an orphan, or anything under destroy. */
import type { Address } from '../../base/address.ts'
import { thingKey } from '../graph/tasks.ts'
import type { PastIndex } from './past-index.ts'
import type { ServicePlan } from './plan.ts'
import { dropTask, withNode } from './plan-tasks.ts'
import type { Planned } from './planned.ts'
import { paper, worksOf } from './works.ts'
import type { World } from './world.ts'

/** `gone` are all services that go with this plan. */
export function planRemoval(
  world: World,
  index: PastIndex,
  address: Address,
  gone: ReadonlySet<Address>,
  why: ServicePlan['why'],
): Planned {
  const past = world.past.services.get(address)
  const tasks = [...(index.pastOf.get(address) ?? [])].sort((a, b) => b.position - a.position)
  const remaining = tasks.filter((task) => !world.things.has(thingKey(task.node, task.thing)))
  const home = past?.node
  const host =
    home !== undefined && home !== address && gone.has(home) && world.past.services.get(home)?.disposable
      ? home
      : undefined
  const facts = { address, template: past?.template ?? '', ...(home ? { node: home } : {}) }
  if (host !== undefined) {
    const along = remaining.map((task) => withNode(task, why))
    return {
      plan: { ...facts, action: 'remove', why, tasks: along },
      works: [{ ...paper(address, host), forgets: true }],
      removal: true,
      withNode: host,
    }
  }
  const planned = remaining.map((task) => dropTask(world, task, why))
  const lost = remaining.map((task) => world.sight(task.node)).find((sight) => sight.state === 'lost')
  const works = (remaining.length > 0 ? worksOf(address, [], remaining) : [paper(address, home ?? address)]).map(
    (work) => ({ ...work, forgets: true }),
  )
  if (lost?.state === 'lost')
    return {
      plan: { ...facts, action: 'unknown', why: 'lost', tasks: planned, problem: lost.problem },
      works: works.map((work) => ({ ...work, lost: lost.problem })),
      removal: true,
    }
  return { plan: { ...facts, action: 'remove', why, tasks: planned }, works, removal: true }
}
