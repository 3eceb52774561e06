/** Where a workspace begins: the nearest folder upwards that holds ays.yaml or blueprints/. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ProblemsError } from '../base/problem.ts'

/** Absolute path of the workspace's root. Throws WORKSPACE_MISSING. */
export function findRoot(folder: string): string {
  const start = resolve(folder)
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, 'ays.yaml')) || isFolder(join(at, 'blueprints'))) return at
    if (at === dirname(at)) break
  }
  throw new ProblemsError([
    {
      code: 'WORKSPACE_MISSING',
      message: `There is neither ays.yaml nor blueprints/ in ${start} or above it.`,
      hint: '`ays init` makes a workspace here; `ays plan FOLDER` takes another.',
    },
  ])
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()
