/** The state as files, for the commands that are about it: no blueprint is read, and no workspace opened. */
import { Args } from '@oclif/core'
import { type StateFiles, stateFiles } from '../workspace/state-files.ts'
import { workspaceFlags } from './options.ts'

export const stateFlags = { env: workspaceFlags.env }

export const backupArg = {
  file: Args.string({ description: 'The backup. Its key is beside it, in FILE.key.', required: true }),
}

export const stateFilesOf = (folder: string | undefined, { env }: { readonly env: string | undefined }): StateFiles =>
  stateFiles({ folder: folder ?? '.', ...(env === undefined ? {} : { environment: env }) })
