/** How the workspace of a saved plan is opened. */
import { resolve } from 'node:path'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import type { WorkspaceOptions } from './contract.ts'

/** So that it plans as it did when the plan was made. `root` is where it is now. */
export function openedFor({ environment, options }: SavedPlan, root: string): Omit<WorkspaceOptions, 'folder'> {
  const { vars, files, legacy } = options
  return {
    environment,
    ...(vars ? { vars } : {}),
    ...(files ? { files: files.map((file) => resolve(root, file)) } : {}),
    ...(legacy ? { legacy } : {}),
  }
}
