/** What a lost state noted on nodes for itself goes once nothing there is claimed by it any more. */
import type { Address } from '../base/address.ts'
import { TransportError } from '../transport/transport.ts'
import type { LostClaim } from './lost-state.ts'
import type { Nodes } from './nodes.ts'

/** Asks each node what is still claimed. A node that does not answer keeps the notes, which do no harm. */
export async function leaveForLost(lost: ReadonlyMap<string, LostClaim>, nodes: Nodes): Promise<void> {
  const states = new Map<Address, Set<string>>()
  for (const { node, workspace } of lost.values()) states.set(node, (states.get(node) ?? new Set()).add(workspace))
  const { signal } = new AbortController()
  for (const [node, claimants] of states) {
    const { facts } = await nodes.look(node, [], { facts: true, signal })
    if (!facts) continue
    const still = new Set(Object.values(facts.claims).map((claim) => claim.workspace))
    for (const claimant of claimants) {
      if (still.has(claimant)) continue
      await nodes
        .transport(node)
        .leave(claimant, signal)
        .catch((error: unknown) => {
          if (!(error instanceof TransportError)) throw error
        })
    }
  }
}
