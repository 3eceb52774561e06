/** The files of a workspace as they are in one revision, read without following anything out of it. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { failed, type Git } from './git.ts'

/** One state of a workspace's files. Paths are relative to the workspace, with `/`. */
export interface Revision {
  /** For people: `main (1a2b3c4d)`, `the working tree`. */
  readonly name: string
  /** Absent for the working tree. */
  readonly commit?: string
  /** Regular files by path. */
  readonly files: ReadonlyMap<string, FileEntry>
  /** What stands there and is no regular file, or has no name that could be written: never read. */
  readonly skipped: readonly string[]
  /** The bytes of these files, in their order. */
  read(paths: readonly string[]): Promise<readonly Uint8Array[]>
  /** What `${file(…)}` reads; absent: the workspace's folder itself is read, as a plan does. */
  readonly readFile?: (path: string) => { readonly text: string } | { readonly reason: string }
}

export interface FileEntry {
  readonly bytes: number
  /** Of its content, by the git of the repository; the working tree has none. */
  readonly object?: string
}

/** A commit, tag or branch. Throws GIT_FAILED. */
export async function openCommit(git: Git, name: string): Promise<Revision> {
  const found = await git.tryText(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  const commit = found?.trim()
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit))
    throw failed(
      `The repository has no revision ${JSON.stringify(name)}.`,
      'Give a branch, a tag or a commit; a shallow clone has few of them: `git fetch --unshallow`.',
    )
  // Paths are relative to the folder of the workspace, and only what is in it is listed.
  const listed = Buffer.from(await git.bytes(['ls-tree', '-r', '-z', '-l', '--end-of-options', commit]))
  const files = new Map<string, FileEntry>()
  const skipped: string[] = []
  for (const line of splitZero(listed)) {
    const tab = line.indexOf(9)
    const [mode = '', , object = '', size = ''] = line.subarray(0, tab).toString('latin1').split(/ +/)
    const path = line.subarray(tab + 1).toString('utf8')
    if (!mode.startsWith('100') || !isSafe(path)) skipped.push(path)
    else files.set(path, { bytes: Number(size), object })
  }
  const shown = name === commit ? commit.slice(0, 12) : `${name} (${commit.slice(0, 12)})`
  return {
    name: shown,
    commit,
    files,
    skipped,
    read: (paths) => readObjects(git, files, paths),
    readFile: (path) => readTextFile(git, { files, skipped }, path),
  }
}

function splitZero(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let from = 0, end = bytes.indexOf(0); end >= 0; from = end + 1, end = bytes.indexOf(0, from))
    parts.push(bytes.subarray(from, end))
  return parts
}

/** Names that stay inside the folder they are written to, whatever file system it is on. */
const isSafe = (path: string): boolean =>
  !path.includes('�') &&
  !path.includes('\\') &&
  path.split('/').every((part) => !['', '.', '..'].includes(part) && !/^\.git$/i.test(part))

function readTextFile(
  git: Git,
  { files, skipped }: Pick<Revision, 'files' | 'skipped'>,
  given: string,
): { readonly text: string } | { readonly reason: string } {
  const path = posix.normalize(given)
  if (posix.isAbsolute(path) || path.startsWith('..')) return { reason: `${given} is not inside the workspace` }
  const isLink = skipped.some((one) => path === one || path.startsWith(`${one}/`))
  if (isLink) return { reason: `${given} is no regular file, and links of a revision are not followed` }
  const entry = files.get(path)
  if (!entry?.object) return { reason: `there is no file ${given} in the revision` }
  if (entry.bytes > FILE_BYTES_MAX) return { reason: `${given} has ${entry.bytes} bytes; at most 1 MiB is read` }
  const bytes = git.tryBytesNow(['cat-file', 'blob', entry.object])
  return bytes ? { text: Buffer.from(bytes).toString('utf8') } : { reason: `git has no content of ${given}` }
}

/** As a plan reads them. */
const FILE_BYTES_MAX = 1_048_576

async function readObjects(
  git: Git,
  files: ReadonlyMap<string, FileEntry>,
  paths: readonly string[],
): Promise<readonly Uint8Array[]> {
  if (paths.length === 0) return []
  const objects = paths.map((path) => files.get(path)?.object ?? '')
  const answer = Buffer.from(await git.bytes(['cat-file', '--batch'], objects.map((one) => `${one}\n`).join('')))
  let at = 0
  return objects.map((object) => {
    const end = answer.indexOf(10, at)
    const [, type, size] = answer.subarray(at, end).toString('latin1').split(' ')
    if (type !== 'blob') throw failed(`git has no content of ${object}.`, 'A partial clone lacks it: fetch it first.')
    const from = end + 1
    at = from + Number(size) + 1
    return answer.subarray(from, from + Number(size))
  })
}

/** The files as they lie there, committed or not; symbolic links are not followed. Only what `wants` takes is listed. */
export function openWorkingTree(root: string, wants: (path: string) => boolean): Revision {
  const files = new Map<string, FileEntry>()
  const skipped: string[] = []
  const walk = (folder: string, depth: number): void => {
    for (const { name } of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (!wants(path) || depth > DEPTH_MAX) continue
      const stat = lstatSync(join(root, path))
      if (stat.isDirectory()) walk(path, depth + 1)
      else if (stat.isFile() && isSafe(path)) files.set(path, { bytes: stat.size })
      else skipped.push(path)
    }
  }
  walk('', 0)
  return {
    name: 'the working tree',
    files,
    skipped,
    read: async (paths) => paths.map((path) => readFileSync(join(root, path))),
  }
}

const DEPTH_MAX = 20

/** Whether a file of two revisions has the same content; both absent is the same. */
export async function isSame(one: Revision, other: Revision, path: string): Promise<boolean> {
  const [a, b] = [one.files.get(path), other.files.get(path)]
  if (!a || !b) return a === b
  if (a.object !== undefined && b.object !== undefined) return a.object === b.object
  if (a.bytes !== b.bytes) return false
  const [first, second] = await Promise.all([one.read([path]), other.read([path])])
  return digest(first[0]) === digest(second[0])
}

const digest = (bytes: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
