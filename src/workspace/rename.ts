/** `$moved`: the memory with services under their new addresses, so that a rename is no removal. */
import type { Address } from '../base/address.ts'
import type { Change, Memory, RememberedService, RememberedTask } from '../store/store.ts'

export function renameMemory(memory: Memory, renames: ReadonlyMap<Address, Address>): Memory {
  if (renames.size === 0) return memory
  const now = (address: Address): Address => renames.get(address) ?? address
  return {
    services: new Map([...memory.services].map(([address, service]) => [now(address), renamedService(service, now)])),
    tasks: memory.tasks.map((task) => renamedTask(task, now)),
    nodes: new Map([...memory.nodes].map(([address, node]) => [now(address), { ...node, address: now(address) }])),
    allocations: memory.allocations.map((one) => ({ ...one, address: now(one.address) })),
    holds: new Map([...memory.holds].map(([address, hold]) => [now(address), { ...hold, address: now(address) }])),
    actions: memory.actions.map((one) => ({ ...one, address: now(one.address) })),
  }
}

/** What to commit so that the store remembers the new addresses. */
export function renameChanges(before: Memory, after: Memory, renames: ReadonlyMap<Address, Address>): Change[] {
  if (renames.size === 0) return []
  const drops = [...renames.keys()].flatMap((address): Change[] => [
    { drop: 'service', address },
    { drop: 'allocations', address },
    { drop: 'hold', address },
    { drop: 'actions', address },
    ...(before.nodes.has(address) ? [{ drop: 'node', address } as const] : []),
  ])
  const oldTasks = before.tasks
    .filter((task) => renames.has(task.node))
    .map((task): Change => ({ drop: 'task', node: task.node, thing: task.thing }))
  return [
    ...oldTasks,
    ...drops,
    ...[...after.services.values()].map((service): Change => ({ put: 'service', service })),
    ...after.tasks.map((task): Change => ({ put: 'task', task })),
    ...after.allocations.map((allocation): Change => ({ put: 'allocation', allocation })),
    ...[...after.holds.values()].map((hold): Change => ({ put: 'hold', hold })),
    ...after.actions.map((action): Change => ({ put: 'action', action })),
    ...[...after.nodes.values()].map((node): Change => ({ put: 'node', node })),
  ]
}

function renamedService(service: RememberedService, now: (address: Address) => Address): RememberedService {
  return {
    ...service,
    address: now(service.address),
    ...(service.node ? { node: now(service.node) } : {}),
    ...(service.parent ? { parent: now(service.parent) } : {}),
    consumes: service.consumes.map(now),
    after: service.after.map(now),
  }
}

function renamedTask(task: RememberedTask, now: (address: Address) => Address): RememberedTask {
  return {
    ...task,
    service: now(task.service),
    node: now(task.node),
    ...(task.shared ? { shared: task.shared.map(now) } : {}),
  }
}
