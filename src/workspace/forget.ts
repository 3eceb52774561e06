/** `ays forget`: services are left on their nodes, and no longer remembered. */
import type { Address } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import type { Change, Memory } from '../store/store.ts'
import { heldProblem } from './lease-held.ts'
import type { Session } from './session.ts'

/** Gives what was forgotten: with a node also what lived on it. Throws TARGET_UNKNOWN, LEASE_HELD. */
export async function forget(session: Session, patterns: readonly string[]): Promise<readonly Address[]> {
  const store = session.write()
  const lease = await store.acquire(session.who())
  if ('heldBy' in lease) throw heldProblem(lease.heldBy)
  try {
    const memory = store.memory()
    const named = patterns.flatMap((pattern) => rememberedAs(pattern, memory))
    const living = [...memory.services.values()].filter((service) => service.node && named.includes(service.node))
    const found = [...new Set([...named, ...living.map((service) => service.address)])]
    store.commit(found.flatMap((address) => dropsOf(address, memory)))
    return found
  } finally {
    await lease.release()
  }
}

function rememberedAs(pattern: string, memory: Memory): Address[] {
  const matched = matchAddresses(pattern, memory.services.keys())
  if (matched.length > 0) return matched
  const hint = '`ays status` lists what is.'
  throw new ProblemsError([{ code: 'TARGET_UNKNOWN', message: `${pattern} is not remembered.`, hint }])
}

function dropsOf(address: Address, memory: Memory): Change[] {
  const tasks = memory.tasks.filter((task) => task.service === address)
  return [
    ...tasks.map(({ node, thing }): Change => ({ drop: 'task', node, thing })),
    { drop: 'service', address },
    { drop: 'allocations', address },
    { drop: 'node', address },
  ]
}
