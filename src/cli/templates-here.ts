/** The templates that count where the person stands: those of the workspace, or those that ship with ays. */
import { ProblemsError } from '../base/problem.ts'
import type { AnyTemplate } from '../engine/template.ts'
import type { WorkspaceOptions } from '../workspace.ts'

export async function templatesHere(options: WorkspaceOptions): Promise<readonly AnyTemplate[]> {
  const { openWorkspace } = await import('../workspace.ts')
  try {
    const workspace = await openWorkspace(options)
    try {
      return workspace.templates()
    } finally {
      await workspace.close()
    }
  } catch (error) {
    if (!(error instanceof ProblemsError) || error.problems.some((problem) => problem.code !== 'WORKSPACE_MISSING'))
      throw error
    return (await import('../templates/index.ts')).templates
  }
}
