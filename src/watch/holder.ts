/** Who else works on the workspace at this moment. */
import { hostname } from 'node:os'
import type { Problem } from '../base/problem.ts'
import type { Holder } from '../store/store.ts'
import type { Workspace } from '../workspace.ts'

/** As the problem to tell; undefined when nobody does, or this process itself. */
export function otherHolder(workspace: Workspace): Problem | undefined {
  const holder = workspace.holder()
  if (!holder?.alive || (holder.pid === process.pid && holder.host === hostname())) return undefined
  return problemOf(holder)
}

const problemOf = ({ who, pid, host, since }: Holder): Problem => ({
  code: 'LEASE_HELD',
  message: `${who} (pid ${pid} on ${host}) works on this workspace since ${new Date(since).toISOString()}.`,
})
