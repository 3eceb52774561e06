/** What the state would remember if everything that is declared had just been applied to bare nodes. */
import { plain } from '../base/json.ts'
import type { Memory, RememberedTask } from '../store/store.ts'
import { type Assembly, rememberedOf } from './assemble.ts'

/** The memory of a workspace of which nothing was ever applied. */
export const NOTHING: Memory = {
  services: new Map(),
  tasks: [],
  nodes: new Map(),
  allocations: [],
  holds: new Map(),
  actions: [],
}

/** Pure. No facts are among it: nothing was seen. */
export function memoryOf(assembly: Assembly): Memory {
  const { graph, chosen, wanted } = assembly
  const services = [...graph.services.keys()].flatMap((address) => rememberedOf(assembly, address, 0) ?? [])
  const tasks = [...wanted.tasks].flatMap(([address, things]) =>
    things.flatMap((thing, position): RememberedTask[] => {
      const [first, ...shared] = thing.owners
      if (first !== address) return []
      return [
        {
          service: address,
          ...(shared.length > 0 ? { shared } : {}),
          node: thing.node,
          thing: thing.thing,
          kind: thing.kind.name,
          wanted: plain(thing.wanted),
          before: plain(thing.kind.bare),
          adopted: false,
          rung: thing.rung,
          ...(thing.holds ? { holds: thing.holds } : {}),
          position,
        },
      ]
    }),
  )
  return {
    ...NOTHING,
    services: new Map(services.map((service) => [service.address, service])),
    tasks,
    allocations: chosen.allocations,
  }
}
