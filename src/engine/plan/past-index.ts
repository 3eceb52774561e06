/** What is remembered, by service and by thing. */
import type { Address } from '../../base/address.ts'
import { thingKey } from '../graph/tasks.ts'
import type { PastTask, World } from './world.ts'

export interface PastIndex {
  readonly pastTask: ReadonlyMap<string, PastTask>
  readonly pastOf: ReadonlyMap<Address, readonly PastTask[]>
}

export function indexPast(world: Pick<World, 'past'>): PastIndex {
  const pastOf = new Map<Address, PastTask[]>()
  for (const task of world.past.tasks) {
    const list = pastOf.get(task.service)
    if (list) list.push(task)
    else pastOf.set(task.service, [task])
  }
  return { pastOf, pastTask: new Map(world.past.tasks.map((task) => [thingKey(task.node, task.thing), task])) }
}
