/** Opens workspaces: what the command line can do, the library can do. */
import type { Workspace, WorkspaceOptions } from './workspace/contract.ts'
import { LocalWorkspace } from './workspace/local-workspace.ts'
import { findRoot } from './workspace/locate.ts'
import { loadTemplateCode } from './workspace/template-code.ts'

export type * from './workspace/contract.ts'
export { openedFor } from './workspace/opened-for.ts'

/** Opens the workspace of a folder; reads no blueprint yet. Throws WORKSPACE_MISSING. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const workspace = new LocalWorkspace(options, await loadTemplateCode(findRoot(options.folder)))
  await workspace.prepare()
  return workspace
}
