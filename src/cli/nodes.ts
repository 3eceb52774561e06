/** Nodes as people name them on the command line: `n1` and `node/n1` are one. */
import type { Address } from '../base/address.ts'
import { ProblemsError } from '../base/problem.ts'
import type { Workspace } from '../workspace.ts'
import { usage } from './options.ts'

/** All that match; a pattern without a role is one of nodes. Throws TARGET_UNKNOWN when none does. */
export async function nodesNamed(workspace: Workspace, patterns: readonly string[]): Promise<readonly Address[]> {
  const nodes = await workspace.nodes(patterns.map((pattern) => (/[/!]/.test(pattern) ? pattern : `node/${pattern}`)))
  if (nodes.length === 0)
    throw new ProblemsError([
      {
        code: 'TARGET_UNKNOWN',
        message: `No node matches ${patterns.join(', ')}.`,
        hint: '`ays graph` shows which there are.',
      },
    ])
  return nodes
}

/** The only one that matches. */
export async function oneNode(workspace: Workspace, pattern: string): Promise<Address> {
  const [node, ...others] = await nodesNamed(workspace, [pattern])
  if (node === undefined || others.length > 0)
    throw usage(`${pattern} means ${others.length + 1} nodes: ${[node, ...others].join(', ')}.`, 'Name one.')
  return node
}
