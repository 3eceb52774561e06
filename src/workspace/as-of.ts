/** The workspace as it was at a run: its files laid out in a folder of their own, beside the state of now. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { environmentVariable } from '../base/environment.ts'
import { ProblemsError } from '../base/problem.ts'
import type { GitCommit } from '../engine/plan/plan-schema.ts'
import { openStore } from '../store/sqlite.ts'
import { sourcesOf } from './run-records.ts'

/** The folder of all states of a workspace, which has one per environment. */
export const statesOf = ({ states }: { readonly states?: string }, root: string): string =>
  states ?? environmentVariable('AYS_STATE_DIR') ?? join(root, '.ays')

export interface LaidOut {
  readonly folder: string
  /** The commit of git that the run was made from. */
  readonly commit: GitCommit | undefined
  remove(): void
}

/** `dir` is the state's folder. Throws HISTORY_MISSING where the run keeps no files. */
export function layOutRun(run: number, { dir, clock }: { readonly dir: string; readonly clock: Clock }): LaidOut {
  const store = openStore({ dir, clock, create: false })
  try {
    const known = store.run(run)
    const files = sourcesOf(store, run)
    if (!known || files.length === 0) throw missing(run, known !== undefined)
    const folder = mkdtempSync(join(tmpdir(), 'ays-as-of-'))
    for (const { path, bytes } of files) {
      const file = resolve(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes, { mode: 0o600 })
    }
    return { folder, commit: known.commit, remove: () => rmSync(folder, { recursive: true, force: true }) }
  } finally {
    store.close()
  }
}

const missing = (run: number, known: boolean): ProblemsError =>
  new ProblemsError([
    {
      code: 'HISTORY_MISSING',
      message: known ? `The blueprints of run ${run} are no longer kept.` : `There is no run ${run}.`,
      hint: known ? '`ays history` shows its commit of git: check that out and plan.' : '`ays history` lists the runs.',
    },
  ])
