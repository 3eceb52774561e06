/** Where a workspace lies in its repository, and by what name its comments are known. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { environmentVariable } from '../base/environment.ts'
import type { CommentOwner } from '../review/comment/marker.ts'
import { findRoot } from '../workspace/locate.ts'
import { readSettings } from '../workspace/read.ts'

/** `infra/web`, with `/`; '' for the root of the repository, or where there is none. */
export function placeInRepository(folder: string): string {
  const root = findRoot(folder)
  const given = environmentVariable('GITHUB_WORKSPACE')
  const inside = given !== undefined && !relative(resolve(given), root).startsWith('..') ? resolve(given) : undefined
  const top = inside ?? repositoryOf(root)
  return top === undefined ? '' : relative(top, root).replaceAll('\\', '/')
}

function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return undefined
  }
}

/** By the workspace's uuid; by its place where it has none. */
export function ownerOf(folder: string, environment: string): CommentOwner {
  const { workspace } = readSettings(findRoot(folder)).file
  return { workspace: workspace ?? `/${placeInRepository(folder)}`, environment }
}
