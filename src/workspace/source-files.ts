/** The files that a workspace is: what its plans are made from, by path from its root. Never its state, git or node_modules. */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, normalize, relative, resolve, sep } from 'node:path'
import { ProblemsError } from '../base/problem.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { POLICY_FILE } from './policy-file.ts'
import { TEMPLATE_FOLDERS } from './template-folders.ts'
import { LOCK_FILE } from './template-lock.ts'

/** One file, whole. */
export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string
  readonly bytes: Buffer
}

const FILES = ['ays.yaml', POLICY_FILE, LOCK_FILE]
const FOLDERS = ['blueprints', 'vars', ...TEMPLATE_FOLDERS]
const NEVER = new Set(['.ays', '.git', 'node_modules'])
const FILES_MAX = 10_000
const BYTES_MAX = 64 * 1_048_576

/**
 * Sorted by path. `read` are files that expressions read. `secrets: 'left out'`: without files that hold a secret as it is;
 * an age file is encrypted and belongs to them. Throws WORKSPACE_TOO_LARGE.
 */
export function sourceFiles(
  root: string,
  of: {
    readonly settings: Pick<WorkspaceFile, 'secrets' | 'secretsFile'>
    readonly read: Iterable<string>
    readonly secrets: 'as they are' | 'left out'
  },
): readonly SourceFile[] {
  const { settings } = of
  const age = settings.secretsFile?.path
  const named = [...FILES, ...of.read, ...(age === undefined ? [] : [age])]
  const open = of.secrets === 'left out' ? secretPaths(root, settings) : new Set<string>()
  const paths = new Set([
    ...named.map((path) => normalize(path)).filter((path) => isInside(path) && existsSync(join(root, path))),
    ...FOLDERS.flatMap((folder) => filesIn(root, folder)),
  ])
  const chosen = [...paths].filter((path) => !open.has(resolve(root, path)) && isRegular(join(root, path))).sort()
  const bytes = chosen.reduce((sum, path) => sum + statSync(join(root, path)).size, 0)
  if (chosen.length > FILES_MAX || bytes > BYTES_MAX)
    throw new ProblemsError([
      {
        code: 'WORKSPACE_TOO_LARGE',
        message: `${FOLDERS.join(', ')} in ${root} hold ${chosen.length} files of ${bytes} bytes; at most ${FILES_MAX} files of ${BYTES_MAX} bytes are taken along.`,
        hint: 'Move what is no part of the blueprints out of these folders.',
      },
    ])
  return chosen.map((path) => ({ path: path.split(sep).join('/'), bytes: readFileSync(join(root, path)) }))
}

/** Files whose whole content is a secret, or opens one. */
function secretPaths(root: string, { secrets, secretsFile }: Pick<WorkspaceFile, 'secrets' | 'secretsFile'>) {
  const files = Object.values(secrets).flatMap((source) => ('file' in source ? [source.file] : []))
  const identity = secretsFile?.identity && 'file' in secretsFile.identity ? [secretsFile.identity.file] : []
  return new Set([...files, ...identity].map((path) => resolve(root, path)))
}

function filesIn(root: string, folder: string): string[] {
  const full = join(root, folder)
  if (!existsSync(full) || !lstatSync(full).isDirectory()) return []
  return readdirSync(full, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name)
    if (NEVER.has(one.name)) return []
    return one.isDirectory() ? filesIn(root, path) : [path]
  })
}

/** A link counts as what it leads to. */
const isRegular = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** True for a relative path that does not lead out of its folder. */
export const isInside = (path: string): boolean =>
  path !== '' && !isAbsolute(path) && !relative('.', path).split(sep).includes('..')
