/** Who else works on the workspace at this moment. */
import { hostname } from 'node:os'
import type { Problem } from '../base/problem.ts'
import type { Holder } from '../store/store.ts'
import type { Workspace } from '../workspace.ts'

/** A holder of the lease that was silent for so long is dead. */
const DEAD_AFTER_MS = 15_000

/** As the problem to tell; undefined when nobody does, or this process itself. */
export function otherHolder(workspace: Workspace, now: number): Problem | undefined {
  const holder = workspace.holder()
  if (!holder || (holder.pid === process.pid && holder.host === hostname())) return undefined
  return now - holder.heartbeatAt < DEAD_AFTER_MS ? problemOf(holder) : undefined
}

const problemOf = ({ who, pid, host, since }: Holder): Problem => ({
  code: 'LEASE_HELD',
  message: `${who} (pid ${pid} on ${host}) works on this workspace since ${new Date(since).toISOString()}.`,
})
