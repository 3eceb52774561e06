/** One command on several nodes at once, and what each of them said. */
import type { Address } from '../base/address.ts'
import type { Json } from '../base/json.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { TransportError } from '../transport/transport.ts'
import type { Workspace } from '../workspace.ts'
import { problemJson } from './views/json.ts'
import { paletteOf } from './views/paint.ts'
import { oneLine, safeLines } from './views/plain-text.ts'

export interface NodeAnswer {
  readonly node: Address
  readonly code?: number
  readonly stdout: string
  readonly stderr: string
  readonly problem?: Json
}

const atOnceMax = 10

/** In the order of the nodes; one that cannot be reached has a problem instead of a code. */
export async function execOnAll(
  workspace: Workspace,
  nodes: readonly Address[],
  argv: readonly string[],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<NodeAnswer[]> {
  const answers = new Map<Address, NodeAnswer>()
  const waiting = [...nodes]
  const lane = async (): Promise<void> => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift())
      answers.set(node, await execOne(workspace, node, argv, options))
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, nodes.length) }, lane))
  return nodes.flatMap((node) => answers.get(node) ?? [])
}

async function execOne(
  workspace: Workspace,
  node: Address,
  argv: readonly string[],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<NodeAnswer> {
  try {
    return { node, ...(await workspace.exec(node, argv, options)) }
  } catch (error) {
    const problem = problemOf(error)
    if (!problem) throw error
    return { node, stdout: '', stderr: '', problem: problemJson(problem) }
  }
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof TransportError) return error.problem
  return error instanceof ProblemsError ? error.problems[0] : undefined
}

/** The outputs under the names of their nodes; of one node alone just what it said. */
export function execView(answers: readonly NodeAnswer[], { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  const one = answers.length === 1
  return answers
    .map(({ node, code, stdout, stderr, problem }) => {
      const head =
        code === undefined
          ? palette.bad(`${node}: ${messageOf(problem)}`)
          : code === 0
            ? palette.bold(node)
            : `${palette.bold(node)} ${palette.bad(`exit code ${code}`)}`
      const lines = [...safeLines(stdout), ...safeLines(stderr).map(palette.warn)]
      return one && code !== undefined ? lines.join('\n') : [head, ...lines.map((line) => `  ${line}`)].join('\n')
    })
    .join('\n')
}

const messageOf = (problem: Json | undefined): string =>
  typeof problem === 'object' && problem !== null && 'message' in problem
    ? oneLine(String(problem.message))
    : 'no answer'
