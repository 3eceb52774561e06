/** Opens workspaces: what the command line can do, the library can do. */
import { join } from 'node:path'
import { systemClock } from './base/clock.ts'
import { layOutRun, statesOf } from './workspace/as-of.ts'
import type { Workspace, WorkspaceOptions } from './workspace/contract.ts'
import { LocalWorkspace } from './workspace/local-workspace.ts'
import { findRoot } from './workspace/locate.ts'
import { loadTemplateCode } from './workspace/template-code.ts'

export type * from './workspace/contract.ts'
export { openedFor } from './workspace/opened-for.ts'
export { type StateFiles, type StateFilesOptions, stateFiles } from './workspace/state-files.ts'

/** Opens the workspace of a folder; reads no blueprint yet. Throws WORKSPACE_MISSING, and HISTORY_MISSING with `asOf`. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const root = findRoot(options.folder)
  const { asOf, environment = 'default', clock = systemClock } = options
  const laidOut =
    asOf === undefined ? undefined : layOutRun(asOf, { dir: join(statesOf(options, root), environment), clock })
  try {
    const workspace = new LocalWorkspace(options, await loadTemplateCode(laidOut?.folder ?? root), laidOut)
    await workspace.prepare()
    return workspace
  } catch (error) {
    laidOut?.remove()
    throw error
  }
}
