/** Lab nodes as people name them, and what the lab's own errors mean to them. */
import { ProblemsError } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import type { LabNode } from '../lab/lab.ts'
import type { Workspace } from '../workspace.ts'

/** The lab node of this workspace that is called so: `n1`, `node/n1` or its slug. Throws TARGET_UNKNOWN, LAB_UNAVAILABLE. */
export async function labNodeNamed(workspace: Workspace, name: string): Promise<LabNode> {
  needRoot()
  const { listLabNodes } = await import('../lab/lab.ts')
  const nodes = await listLabNodes(workspace.identity.tag)
  const slug = slugOf(workspace, name)
  const found = nodes.find((node) => node.slug === slug)
  if (found) return found
  const hint =
    didYouMean(
      slug,
      nodes.map((node) => node.slug),
    ) ?? '`ays lab list` shows which there are; `ays apply` makes them.'
  throw new ProblemsError([{ code: 'TARGET_UNKNOWN', message: `This workspace has no lab node ${name}.`, hint }])
}

function slugOf(workspace: Workspace, name: string): string {
  const bare = name.replace(/^node[/!]/, '')
  const service = [...workspace.memory().services.values()].find((one) => one.address === `node/${bare}`)
  return service?.slug ?? bare
}

/** Network namespaces and control groups belong to root. */
export function needRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return
  throw new ProblemsError([
    {
      code: 'LAB_UNAVAILABLE',
      message: 'Lab nodes need Linux and root.',
      hint: 'Run this as root, for example with sudo.',
    },
  ])
}

/** Scripts of the lab that fail say why on stderr: that is for people, and no bug. */
export async function labWork<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || error.cause === undefined) throw error
    throw new ProblemsError([
      { code: 'LAB_UNAVAILABLE', message: error.message, hint: '`ays lab doctor` says what is missing.' },
    ])
  }
}
