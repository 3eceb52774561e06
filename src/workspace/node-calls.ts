/** What a person asks of nodes besides plans: which there are, and a shell on one. */
import { type Address, LOCAL } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import type { Connection } from '../engine/connection.ts'
import type { Graph } from '../engine/graph/graph.ts'
import { matchAddresses } from '../engine/graph/targets.ts'
import type { Transport } from '../transport/transport.ts'

/** Nodes by address or glob; a glob does not mean the controller's own machine. Throws TARGET_UNKNOWN. */
export function matchNodes(patterns: readonly string[], graph: Graph): readonly Address[] {
  const all = [...graph.services.keys()].filter((address) => address.startsWith('node/'))
  return patterns.flatMap((pattern) => {
    const found = matchAddresses(pattern, all).filter((address) => address !== LOCAL || !pattern.includes('*'))
    if (found.length === 0)
      throw new ProblemsError([
        { code: 'TARGET_UNKNOWN', message: `${pattern} matches no node.`, hint: `There are ${all.join(', ')}.` },
      ])
    return found
  })
}

export interface ShellOn {
  readonly node: Address
  readonly connection: Connection | undefined
  readonly transport: Transport
  readonly runtimeDir: string
}

/** argv of an interactive ssh, or of a shell of this machine. Throws NODE_UNREACHABLE where there is none. */
export async function shellArgv({ node, connection, transport, runtimeDir }: ShellOn): Promise<readonly string[]> {
  if (!connection || connection.road === 'local') return ['/bin/sh', '-l']
  if (connection.road === 'sim')
    throw new ProblemsError([{ code: 'NODE_UNREACHABLE', message: `${node} is simulated: there is no shell on it.` }])
  // The transport keeps the key file that ays made, if there is one, until the workspace is closed.
  await transport.exec({ argv: ['true'] }, { signal: new AbortController().signal })
  const { sshArgv } = await import('../transport/ssh-argv.ts')
  return sshArgv(connection, node, { runtimeDir })
}
