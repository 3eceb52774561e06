/** The state of a workspace as files: checked, copied, put back and read out, also where it is too damaged to open the workspace. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import { backupState, checkRestore, restoreState } from '../store/backup-state.ts'
import { checkState, type StateCheck } from '../store/check-state.ts'
import { openStore } from '../store/sqlite.ts'
import { STATE_FILE } from '../store/state-file.ts'
import { statesOf } from './as-of.ts'
import { type ExportedState, exportState } from './export-state.ts'
import { findRoot } from './locate.ts'

export type { StateCheck } from '../store/check-state.ts'
export type { ExportedState } from './export-state.ts'

export interface StateFilesOptions {
  /** A folder of the workspace, as for `openWorkspace`. */
  readonly folder: string
  readonly environment?: string
  readonly states?: string
  readonly clock?: Clock
}

export interface StateFiles {
  readonly environment: string
  /** Everything that can be verified; writes nothing. Throws STATE_NONE. */
  check(): StateCheck
  /** Writes it into one file, its key beside it. Throws STATE_NONE, BACKUP_THERE. */
  backup(file: string): StateCheck
  /** What `restore` would put here. Throws STATE_DAMAGED, BACKUP_KEY, LEASE_HELD. */
  readBackup(file: string): StateCheck
  /** `aside`: where the state that stood here is kept. */
  restore(file: string): { readonly check: StateCheck; readonly aside: string | undefined }
  /** As data, without secrets. Throws STATE_NONE. */
  export(): ExportedState
}

/** Reads no blueprint. Throws WORKSPACE_MISSING. */
export function stateFiles(options: StateFilesOptions): StateFiles {
  const { environment = 'default', clock = systemClock } = options
  const dir = join(statesOf(options, findRoot(options.folder)), environment)
  const expectState = (): void => {
    if (existsSync(dir) && (existsSync(join(dir, STATE_FILE)) || existsSync(join(dir, 'state.head')))) return
    const message = `There is no state of the environment ${environment}: ${join(dir, STATE_FILE)} is not there.`
    throw new ProblemsError([{ code: 'STATE_NONE', message, hint: 'The first apply makes it. `--env` names another.' }])
  }
  return {
    environment,
    check: () => {
      expectState()
      return checkState({ dir })
    },
    backup: (file) => {
      expectState()
      return backupState({ dir, file: resolve(file), clock })
    },
    readBackup: (file) => checkRestore({ dir, file: resolve(file), clock }),
    restore: (file) => restoreState({ dir, file: resolve(file), clock }),
    export: () => {
      expectState()
      const store = openStore({ dir, clock, create: false })
      try {
        return exportState(store, environment)
      } finally {
        store.close()
      }
    },
  }
}
